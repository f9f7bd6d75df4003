//! The system blocks, and what to say when one of them changes in mid-conversation.

use konductro_domain::conductor::{Background, BlockKind, GivenArtefact, Scoping, Task};
use konductro_domain::stage::Stage;

use super::escape::{attribute, escape_tags};
use super::{ProjectFrame, PromptHistory, SentBlock, templates};

/// What the system message tells of, wherever it comes from.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ground<'a> {
    project_name: &'a str,
    project_context: &'a str,
    phase_title: &'a str,
    phase_brief: &'a str,
    approved: &'a [GivenArtefact],
    scoping: &'a Scoping,
    stage: Stage,
}

impl<'a> From<&'a Task> for Ground<'a> {
    fn from(task: &'a Task) -> Self {
        Self {
            project_name: &task.project_name,
            project_context: &task.project_context,
            phase_title: &task.phase_title,
            phase_brief: &task.phase_brief,
            approved: &task.approved,
            scoping: &task.scoping,
            stage: task.stage,
        }
    }
}

impl<'a> From<&'a Background> for Ground<'a> {
    /// Whatever is done with stories is done in their stage.
    fn from(background: &'a Background) -> Self {
        Self {
            project_name: &background.project_name,
            project_context: &background.project_context,
            phase_title: &background.phase_title,
            phase_brief: &background.phase_brief,
            approved: &background.approved,
            scoping: &background.scoping,
            stage: Stage::Stories,
        }
    }
}

/// The blocks of the system message as they are today, from the most to the least stable.
pub(super) fn system(task: Ground<'_>, project: &ProjectFrame) -> Vec<SentBlock> {
    let mut blocks = vec![
        SentBlock { kind: BlockKind::Core, source: "core".into(), version: None, text: wrap_up(templates::CORE) },
        SentBlock {
            kind: BlockKind::Project,
            source: format!("project context v{}", project.context_version),
            version: Some(project.context_version),
            text: project_text(task, project),
        },
        SentBlock { kind: BlockKind::Project, source: "phase".into(), version: None, text: phase_text(task) },
    ];
    blocks.extend(scoping_blocks(task.scoping));
    blocks.extend(task.approved.iter().map(|given| SentBlock {
        kind: BlockKind::Artefact,
        source: format!("{} v{}", given.stage, given.version),
        version: Some(given.version),
        text: artefact_text(given),
    }));
    blocks.push(SentBlock {
        kind: BlockKind::Stage,
        source: format!("stage {}", task.stage),
        version: None,
        text: wrap_up(templates::stage(task.stage)),
    });
    blocks
}

/// What a light phase was scoped with: it is given before any artefact, since it was there before them.
fn scoping_blocks(scoping: &Scoping) -> Vec<SentBlock> {
    let mut blocks = Vec::new();
    if !scoping.conversation.is_empty() {
        let mut text = String::from("<scoping_conversation>\n");
        for exchange in &scoping.conversation {
            text.push_str(&format!(
                "<said by=\"person\">\n{}</said>\n",
                ending_a_line(&escape_tags(&exchange.message))
            ));
            text.push_str(&format!(
                "<said by=\"conductor\">\n{}</said>\n",
                ending_a_line(&escape_tags(&exchange.reply))
            ));
        }
        text.push_str("</scoping_conversation>\n\n");
        blocks.push(SentBlock {
            kind: BlockKind::Project,
            source: "scoping conversation".to_owned(),
            version: None,
            text,
        });
    }
    if let Some(note) = &scoping.note {
        blocks.push(SentBlock {
            kind: BlockKind::Artefact,
            source: format!("{} v{}", note.stage, note.version),
            version: Some(note.version),
            text: document_text("scoping_note", note),
        });
    }
    blocks
}

/// What of the system message has changed since it was first sent and was not said yet.
///
/// Core and stage stay as they were: they are ours, and a new release must not unsettle a conversation.
pub(super) fn updates(sent: &[SentBlock], fresh: &[SentBlock], history: &[PromptHistory]) -> Vec<String> {
    fresh
        .iter()
        .filter(|block| matches!(block.kind, BlockKind::Project | BlockKind::Artefact))
        .filter_map(|block| {
            let about = about(block);
            let update = format!(
                "<context_update about=\"{about}\">\n{}</context_update>\n",
                ending_a_line(block.text.trim_end())
            );
            let marker = format!("<context_update about=\"{about}\">");
            let last_said = history.iter().rev().map(|earlier| &earlier.user).find(|user| user.contains(&marker));
            let known = match last_said {
                Some(said) => said.contains(&update),
                None => sent.iter().any(|old| old.kind == block.kind && old.text == block.text),
            };
            (!known).then_some(update)
        })
        .collect()
}

/// A name of what a block tells of that stays the same from version to version.
fn about(block: &SentBlock) -> &str {
    match block.source.split_once(" v") {
        Some((name, _)) => name,
        None => &block.source,
    }
}

fn project_text(task: Ground<'_>, project: &ProjectFrame) -> String {
    let mut repositories = project.repositories.clone();
    repositories.sort();
    let mut lines = String::new();
    for repository in &repositories {
        let branch =
            repository.default_branch.as_deref().map(|branch| format!(", branch {branch}")).unwrap_or_default();
        lines.push_str(&escape_tags(&one_line(&format!("- {}: {}{branch}", repository.name, repository.remote))));
        lines.push('\n');
    }
    if lines.is_empty() {
        lines.push_str("none named yet\n");
    }
    format!(
        "<project name=\"{}\">\n<project_context version=\"{}\">\n{}</project_context>\n<repositories>\n{lines}</repositories>\n</project>\n\n",
        attribute(task.project_name),
        project.context_version,
        said(task.project_context, "nothing written yet"),
    )
}

fn phase_text(task: Ground<'_>) -> String {
    format!("<phase title=\"{}\">\n{}</phase>\n\n", attribute(task.phase_title), said(task.phase_brief, "no brief"))
}

fn artefact_text(given: &GivenArtefact) -> String {
    document_text("approved_artefact", given)
}

fn document_text(tag: &str, given: &GivenArtefact) -> String {
    format!(
        "<{tag} kind=\"{}\" version=\"{}\" hash=\"sha256:{}\" title=\"{}\">\n{}</{tag}>\n\n",
        given.stage,
        given.version,
        given.content_hash,
        attribute(&given.title),
        ending_a_line(&escape_tags(&given.markdown)),
    )
}

fn said(text: &str, otherwise: &str) -> String {
    ending_a_line(&if text.trim().is_empty() { otherwise.to_owned() } else { escape_tags(text) })
}

pub(super) fn ending_a_line(text: &str) -> String {
    if text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A template's text with one blank line after it.
fn wrap_up(template: &str) -> String {
    format!("{}\n\n", template.trim_end())
}
