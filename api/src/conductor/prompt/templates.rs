//! Our own words to a model, kept as Markdown files beside this one.

use konductro_domain::stage::Stage;

/// Role, document grammar and safety: the same bytes for every project.
pub(super) const CORE: &str = include_str!("templates/core.md");

/// The instructions of a stage.
pub(super) fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Requirements => include_str!("templates/requirements.md"),
        Stage::TechnicalAnalysis => include_str!("templates/technical_analysis.md"),
        Stage::Architecture => include_str!("templates/architecture.md"),
        Stage::Scoping => include_str!("templates/scoping.md"),
        Stage::Stories => include_str!("templates/stories.md"),
    }
}
