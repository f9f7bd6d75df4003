//! Which files each IDE reads, and what belongs into them.

use std::path::PathBuf;

use super::Ide;
use super::merge::McpServer;
use super::seal;

const INSTRUCTIONS: &str = include_str!("technical-analysis.md");
const DESCRIPTION: &str = "Write and submit the technical analysis of a Konductro phase, from the real code";

/// A file of the repository, by its path from the top folder, and what is to be in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Planned {
    pub(super) path: PathBuf,
    pub(super) content: Content,
}

/// What is to be in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Content {
    /// This text, all of it ours.
    Whole(String),
    /// Among whatever else is there, this server.
    Server(McpServer),
    /// The same, only where the file exists already.
    ServerIfThere(McpServer),
}

/// The files of an IDE.
pub(super) fn of(ide: Ide, url: Option<&str>) -> Vec<Planned> {
    let server = |with_type| McpServer { url: url.map(ToOwned::to_owned), with_type };
    let file = |path: &str, content| Planned { path: path.into(), content };
    match ide {
        Ide::Claude => vec![
            file(".claude/skills/technical-analysis/SKILL.md", Content::Whole(claude_skill())),
            file(".mcp.json", Content::Server(server(true))),
        ],
        Ide::AmazonQ => vec![
            file(".amazonq/prompts/technical-analysis.md", Content::Whole(amazon_q_prompt())),
            file(".amazonq/mcp.json", Content::Server(server(false))),
            // What the IDE's own settings page writes wins over mcp.json.
            file(".amazonq/default.json", Content::ServerIfThere(server(false))),
        ],
        Ide::Kiro => vec![
            file(".kiro/steering/technical-analysis.md", Content::Whole(kiro_steering())),
            file(".kiro/prompts/technical-analysis.md", Content::Whole(kiro_prompt())),
            file(".kiro/settings/mcp.json", Content::Server(server(false))),
        ],
    }
}

/// The instruction for a phase, as the MCP server's prompt gives it.
pub(crate) fn instructions(phase: &str) -> String {
    INSTRUCTIONS.replace("{phase}", phase)
}

fn claude_skill() -> String {
    let head = format!(
        "---\nname: technical-analysis\ndescription: {DESCRIPTION}\nargument-hint: \"[PHASE, such as PAY-3]\"\ndisable-model-invocation: true\n---\n\n# Technical analysis\n\n"
    );
    let phase = "The phase: $ARGUMENTS. If none is named, call `list_my_work` and ask which of those that wait for an analysis is meant.";
    seal::seal(&format!("{head}{}", instructions(phase)))
}

fn amazon_q_prompt() -> String {
    seal::seal(&format!("# Technical analysis\n\n{}", instructions(NAMED_IN_CHAT)))
}

fn kiro_steering() -> String {
    let head = format!(
        "---\ninclusion: manual\nname: technical-analysis\ndescription: {DESCRIPTION}\n---\n\n# Technical analysis\n\n"
    );
    seal::seal(&format!("{head}{}", instructions(NAMED_IN_CHAT)))
}

fn kiro_prompt() -> String {
    seal::seal(&format!("# Technical analysis\n\n{}", instructions(NAMED_IN_CHAT)))
}

const NAMED_IN_CHAT: &str = "The phase is the one that the person names beside this prompt, such as PAY-3. If none is named, call `list_my_work` and ask which of those that wait for an analysis is meant.";
