//! The prompt: a task laid out from the most to the least stable, rendered once and then kept.
//!
//! Within a conversation the messages of a turn begin with those of the turn before, byte for byte, so
//! that a provider's cache hits: the system message stays as it was first sent, earlier messages are
//! replayed exactly as sent and received, and whatever changes goes into the last message. A later stage
//! shares everything up to the artefact that is new to it. What people and tools wrote goes in as data.

mod blocks;
mod escape;
mod stories;
mod templates;
mod tokens;
mod turn_context;

use konductro_domain::conductor::{
    BlockKind, Prompt, PromptBlock, PromptManifest, PromptMessage, PromptPart, PromptRole, Task,
};
use konductro_domain::text::Text;

pub use escape::escape_tags;
pub use stories::{go_on, mend, render_enrichment, render_proposing, render_refinement};
pub use tokens::estimate_tokens;

/// Everything that a prompt is made of.
#[derive(Debug, Clone, Copy)]
pub struct PromptInput<'a> {
    /// What is asked.
    pub task: &'a Task,
    /// What of the project the task does not hold.
    pub project: &'a ProjectFrame,
    /// The system blocks as first sent in this conversation; empty at its first turn.
    pub first_sent: &'a [SentBlock],
    /// Earlier turns, oldest first, exactly as sent and received. `task.history` is not rendered.
    pub history: &'a [PromptHistory],
    /// The day, as `2026-11-22`.
    pub date: &'a str,
    /// Who speaks, in words that may leave the house: a role, never an e-mail address.
    pub speaker: &'a str,
}

/// What of a project goes into every prompt beside its name and context.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ProjectFrame {
    /// The version of the project's context.
    pub context_version: u32,
    /// The repositories.
    pub repositories: Vec<FrameRepository>,
}

/// A repository as Conductor is told of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct FrameRepository {
    /// Its short name.
    pub name: String,
    /// Where it is.
    pub remote: String,
    /// The branch that work starts from.
    pub default_branch: Option<String>,
}

/// An earlier turn, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PromptHistory {
    /// The user message as it was sent, with its `<turn_context>`: the text of that turn's `Message` block.
    pub user: String,
    /// The reply as it was received.
    pub assistant: String,
}

/// A system block as it was first sent in a conversation (from the first reply's manifest).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentBlock {
    /// What it is.
    pub kind: BlockKind,
    /// Where it came from.
    pub source: String,
    /// Its version, where it has one.
    pub version: Option<u32>,
    /// Its exact text.
    pub text: String,
}

/// A block of a rendered prompt.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedBlock {
    /// What it is.
    pub kind: BlockKind,
    /// Whose message it is in.
    pub role: PromptRole,
    /// Where it came from.
    pub source: String,
    /// Its version, where it has one.
    pub version: Option<u32>,
    /// Its exact text.
    pub text: String,
}

/// A rendered prompt: what is sent, and what the log keeps of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedPrompt {
    /// The blocks, in the order they are sent.
    pub blocks: Vec<RenderedBlock>,
}

impl RenderedPrompt {
    /// The messages to send: one system message of many parts, then one part each.
    pub fn prompt(&self) -> Prompt {
        let mut messages: Vec<PromptMessage> = Vec::new();
        for block in &self.blocks {
            let part = PromptPart { kind: block.kind, text: block.text.clone() };
            match messages.last_mut() {
                Some(last) if block.role == PromptRole::System && last.role == PromptRole::System => {
                    last.parts.push(part);
                }
                _ => messages.push(PromptMessage { role: block.role, parts: vec![part] }),
            }
        }
        Prompt { messages }
    }

    /// What the log keeps, and the texts that it names.
    pub fn manifest(&self, cache_profile: &str) -> (PromptManifest, Vec<Text>) {
        let texts: Vec<Text> = self.blocks.iter().map(|block| Text::plain(block.text.clone())).collect();
        let blocks = self
            .blocks
            .iter()
            .zip(&texts)
            .map(|(block, text)| PromptBlock {
                kind: block.kind,
                role: block.role,
                source: block.source.clone(),
                version: block.version,
                text: text.reference(),
                tokens: estimate_tokens(&block.text),
            })
            .collect();
        (PromptManifest { blocks, cache_profile: cache_profile.to_owned() }, texts)
    }

    /// The same, with what had come of the reply and the wish to go on: what an attempt that continues is given.
    pub fn going_on(mut self, so_far: &str) -> Self {
        let block = |role, source: &str, text: &str| RenderedBlock {
            kind: BlockKind::History,
            role,
            source: source.to_owned(),
            version: None,
            text: text.to_owned(),
        };
        self.blocks.push(block(PromptRole::Assistant, "the reply so far", so_far));
        self.blocks.push(block(PromptRole::User, "go on", CONTINUE));
        self
    }

    /// The same without what an attempt that continued was given beside it; `None` where there is no message.
    pub fn up_to_the_message(mut self) -> Option<Self> {
        let message = self.blocks.iter().rposition(|block| block.kind == BlockKind::Message)?;
        self.blocks.truncate(message + 1);
        Some(self)
    }

    /// The last user message exactly as sent: what a later turn replays.
    pub fn user_message(&self) -> &str {
        self.blocks.last().map_or("", |block| block.text.as_str())
    }
}

const CONTINUE: &str = "Your reply was cut off. Continue exactly where you stopped, in the middle of the word if need be: \
no introduction, no apology, and nothing repeated. If a document was open, go on inside it without writing its opening tag \
again, and close it when it is whole.";

/// The same request, with what had arrived and the wish to go on.
pub fn going_on(prompt: &Prompt, so_far: &str) -> Prompt {
    let message = |role, text: &str| PromptMessage {
        role,
        parts: vec![PromptPart { kind: BlockKind::History, text: text.to_owned() }],
    };
    let mut messages = prompt.messages.clone();
    messages.push(message(PromptRole::Assistant, so_far));
    messages.push(message(PromptRole::User, CONTINUE));
    Prompt { messages }
}

/// Renders a prompt. The same input gives the same bytes.
pub fn render(input: &PromptInput<'_>) -> RenderedPrompt {
    let fresh = blocks::system(input.task.into(), input.project);
    let system = if input.first_sent.is_empty() { fresh.clone() } else { input.first_sent.to_vec() };
    let updates = blocks::updates(&system, &fresh, input.history);
    let mut rendered: Vec<RenderedBlock> = system
        .into_iter()
        .map(|SentBlock { kind, source, version, text }| RenderedBlock {
            kind,
            role: PromptRole::System,
            source,
            version,
            text,
        })
        .collect();
    for (turn, earlier) in input.history.iter().enumerate() {
        let block = |role, what: &str, text: &String| RenderedBlock {
            kind: BlockKind::History,
            role,
            source: format!("{what} {}", turn + 1),
            version: None,
            text: text.clone(),
        };
        rendered.push(block(PromptRole::User, "message", &earlier.user));
        rendered.push(block(PromptRole::Assistant, "reply", &earlier.assistant));
    }
    rendered.push(RenderedBlock {
        kind: BlockKind::Message,
        role: PromptRole::User,
        source: format!("message {}", input.history.len() + 1),
        version: None,
        text: turn_context::user_message(input, &updates),
    });
    RenderedPrompt { blocks: rendered }
}

#[cfg(test)]
mod tests;
