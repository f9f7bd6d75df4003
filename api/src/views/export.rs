//! A backlog as a file: CSV for spreadsheets, CSV for Jira's importer, or JSON.
//!
//! A cell that a spreadsheet would take for a formula gets a quote mark before it: what a story says may come
//! from a model or from a stranger, and must run nowhere. Files are made page by page.

use serde::Deserialize;
use utoipa::ToSchema;

use super::backlog::ExportedStory;
use super::words::StoryType;

/// The form of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// For spreadsheets.
    Csv,
    /// Everything, for programs.
    Json,
    /// For Jira's importer.
    JiraCsv,
}

/// Spreadsheets take a CSV for UTF-8 only with this before it.
const BYTE_ORDER_MARK: &str = "\u{feff}";

const COLUMNS: [&str; 16] = [
    "Key",
    "Title",
    "Type",
    "Status",
    "Complexity",
    "Complexity reason",
    "Narrative",
    "Acceptance criteria",
    "Requirements",
    "Decisions",
    "Depends on",
    "Phase",
    "Enriched",
    "Stale",
    "Created",
    "Updated",
];
const JIRA_COLUMNS: [&str; 7] =
    ["External ID", "Issue Type", "Summary", "Description", "Story Points", "Labels", "Depends On"];

impl ExportFormat {
    /// The media type.
    pub fn content_type(self) -> &'static str {
        match self {
            ExportFormat::Csv | ExportFormat::JiraCsv => "text/csv; charset=utf-8",
            ExportFormat::Json => "application/json",
        }
    }

    /// The file's name.
    pub fn file_name(self, project_key: &str) -> String {
        match self {
            ExportFormat::Csv => format!("{project_key}-backlog.csv"),
            ExportFormat::JiraCsv => format!("{project_key}-backlog-jira.csv"),
            ExportFormat::Json => format!("{project_key}-backlog.json"),
        }
    }

    /// What stands before the first story.
    pub fn opening(self) -> Result<Vec<u8>, csv::Error> {
        Ok(match self {
            ExportFormat::Csv => [BYTE_ORDER_MARK.as_bytes(), &lines([COLUMNS.map(String::from)])?].concat(),
            ExportFormat::JiraCsv => lines([JIRA_COLUMNS.map(String::from)])?,
            ExportFormat::Json => b"{\"items\":[".to_vec(),
        })
    }

    /// Some stories; `first` says whether any came before.
    pub fn stories(self, stories: &[ExportedStory], first: bool) -> Result<Vec<u8>, csv::Error> {
        match self {
            ExportFormat::Csv => lines(stories.iter().map(row)),
            ExportFormat::JiraCsv => lines(stories.iter().map(jira_row)),
            ExportFormat::Json => {
                let mut bytes = Vec::new();
                for (index, story) in stories.iter().enumerate() {
                    if index > 0 || !first {
                        bytes.push(b',');
                    }
                    serde_json::to_writer(&mut bytes, story).map_err(std::io::Error::from)?;
                }
                Ok(bytes)
            }
        }
    }

    /// What stands after the last story.
    pub fn closing(self) -> &'static [u8] {
        match self {
            ExportFormat::Csv | ExportFormat::JiraCsv => b"",
            ExportFormat::Json => b"]}",
        }
    }
}

fn lines<const N: usize>(rows: impl IntoIterator<Item = [String; N]>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row.map(harmless))?;
    }
    writer.into_inner().map_err(|error| csv::Error::from(error.into_error()))
}

/// A cell that no spreadsheet takes for a formula.
fn harmless(cell: String) -> String {
    match cell.chars().next() {
        Some('=' | '+' | '-' | '@' | '\t' | '\r') => format!("'{cell}"),
        _ => cell,
    }
}

fn row(story: &ExportedStory) -> [String; 16] {
    let summary = &story.summary;
    [
        summary.key.clone(),
        summary.title.clone(),
        word(&summary.story_type),
        word(&summary.status),
        summary.complexity.map(|points| points.to_string()).unwrap_or_default(),
        story.complexity_reason.clone(),
        story.narrative.clone(),
        criteria(story),
        summary.requirement_ids.join(", "),
        story.decision_ids.join(", "),
        story.depends_on.join(", "),
        format!("{} {}", summary.phase.number, summary.phase.title),
        summary.enriched.to_string(),
        summary.stale.to_string(),
        time(story.created_at),
        time(summary.updated_at),
    ]
}

fn jira_row(story: &ExportedStory) -> [String; 7] {
    let summary = &story.summary;
    let issue_type = match summary.story_type {
        StoryType::Feature => "Story",
        StoryType::Enabler | StoryType::Spike => "Task",
        StoryType::Bug => "Bug",
    };
    // Jira parts labels at blanks.
    let labels = std::iter::once(word(&summary.story_type)).chain(summary.requirement_ids.iter().cloned());
    let description = [story.narrative.clone(), criteria(story)].join("\n\n");
    [
        summary.key.clone(),
        issue_type.to_owned(),
        summary.title.clone(),
        description.trim().to_owned(),
        summary.complexity.map(|points| points.to_string()).unwrap_or_default(),
        labels.collect::<Vec<_>>().join(" "),
        story.depends_on.join(", "),
    ]
}

fn criteria(story: &ExportedStory) -> String {
    let one = |criterion: &super::story_words::AcceptanceCriterion| {
        let traces = match criterion.traces_to.as_slice() {
            [] => String::new(),
            traces => format!(" ({})", traces.join(", ")),
        };
        let super::story_words::AcceptanceCriterion { id, given, when, then, .. } = criterion;
        format!("{id}: Given {given}, when {when}, then {then}{traces}")
    };
    story.acceptance_criteria.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn time(at: time::OffsetDateTime) -> String {
    at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

/// The API's own name of a word.
fn word(word: &impl serde::Serialize) -> String {
    serde_json::to_value(word).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn no_cell_is_a_formula() {
        for start in ["=", "+", "-", "@", "\t", "\r"] {
            assert_eq!(harmless(format!("{start}cmd()")), format!("'{start}cmd()"));
        }
        assert_eq!(harmless("a=b".to_owned()), "a=b");
        assert_eq!(lines([["=1+1".to_owned(), "a,\"b\"".to_owned()]]).unwrap(), b"'=1+1,\"a,\"\"b\"\"\"\r\n");
    }
}
