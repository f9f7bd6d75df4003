//! Our own words to a model, kept as Markdown files beside this one.

use konductro_domain::stage::Stage;

/// Role, document grammar and safety: the same bytes for every project.
pub(super) const CORE: &str = include_str!("templates/core.md");

/// How stories are proposed.
pub(super) const PROPOSE: &str = include_str!("templates/propose.md");
/// How a story is refined.
pub(super) const REFINE: &str = include_str!("templates/refine.md");
/// How a story is enriched.
pub(super) const ENRICH: &str = include_str!("templates/enrich.md");
/// How an answer that can't be used is mended.
pub(super) const MEND: &str = include_str!("templates/mend.md");
/// How an answer that was cut goes on.
pub(super) const GO_ON: &str = include_str!("templates/go_on.md");

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
