//! What comes from an IDE at the door: whether something is a submission, and what is wrong with it.

use actix_web::web;
use konductro_domain::artefact::submission::{ApprovedRequirements, Sidecar, Submission, SubmissionProblem, validate};
use konductro_domain::phase::artefact::{Source, SourceRepository};
use konductro_domain::stage::Stage;
use konductro_projections::event_log;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::access::InPhase;
use crate::problem::{Code, Problem};
use crate::state::AppState;
use crate::views;

/// The tool and code that a submission was written with.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSource {
    /// The tool, such as `claude-code`.
    tool: String,
    /// The model it used.
    #[serde(default)]
    model: Option<String>,
    /// The repositories it read.
    #[serde(default)]
    repositories: Vec<NewSourceRepository>,
}

/// One repository at one commit.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSourceRepository {
    /// Its short name.
    name: String,
    /// Where it is.
    #[serde(default)]
    remote: Option<String>,
    /// The branch.
    #[serde(default)]
    branch: Option<String>,
    /// The commit, in full.
    commit: String,
}

impl From<NewSource> for Source {
    fn from(source: NewSource) -> Self {
        let repositories = source.repositories.into_iter().map(|repository| SourceRepository {
            name: repository.name,
            remote: repository.remote,
            branch: repository.branch,
            commit: repository.commit,
        });
        Source { tool: source.tool, model: source.model, repositories: repositories.collect() }
    }
}

/// A source whose texts have a size that can be kept. Whether its commits are whole is the door's to say.
pub(super) fn checked_source(source: NewSource) -> Result<Source, Problem> {
    let fits = |text: &str, longest: usize| !text.trim().is_empty() && text.len() <= longest && !text.contains('\n');
    if !fits(&source.tool, 100) {
        return Err(Problem::invalid("/source/tool", "must name the tool, in at most 100 characters"));
    }
    if source.model.as_deref().is_some_and(|model| !fits(model, 200)) {
        return Err(Problem::invalid("/source/model", "must name the model, in at most 200 characters"));
    }
    if source.repositories.len() > 50 {
        return Err(Problem::invalid("/source/repositories", "may name at most 50 repositories"));
    }
    for (index, repository) in source.repositories.iter().enumerate() {
        let pointer = |member: &str| format!("/source/repositories/{index}/{member}");
        if !fits(&repository.name, 200) {
            return Err(Problem::invalid(pointer("name"), "must name the repository"));
        }
        for (member, text) in [("remote", &repository.remote), ("branch", &repository.branch)] {
            if text.as_deref().is_some_and(|text| !fits(text, 400)) {
                return Err(Problem::invalid(pointer(member), "must be one line of at most 400 characters"));
            }
        }
        let commit = &repository.commit;
        if !(7..=64).contains(&commit.len()) || !commit.chars().all(|c| c.is_ascii_hexdigit()) {
            return Err(Problem::invalid(pointer("commit"), "must be the commit's hash, in full"));
        }
    }
    Ok(source.into())
}

/// What somebody brings to the door.
#[derive(Debug, Clone)]
pub(super) struct Brought {
    pub(super) markdown: String,
    pub(super) sidecar: Option<Value>,
    pub(super) source: Option<Source>,
}

impl Brought {
    /// Whether it is held to what a submission must hold. What says where it comes from is; so is whatever no person
    /// in a browser brings, or leaving out the source would be a way around the door.
    pub(super) fn is_submission(&self, phase: &InPhase, stage: Stage) -> bool {
        let by_tool = !phase.person().credential.is_interactive();
        stage == Stage::TechnicalAnalysis && (self.source.is_some() || self.sidecar.is_some() || by_tool)
    }

    /// The sidecar as it is to be kept, or everything that is wrong with the submission.
    pub(super) async fn held(
        &self,
        state: &AppState,
        phase: &InPhase,
    ) -> Result<Result<Option<Sidecar>, Vec<SubmissionProblem>>, Problem> {
        let approved = phase.phase.upstream(Stage::TechnicalAnalysis).into_iter().next();
        let (version, requirements) = match approved {
            Some(on) => {
                let text = event_log::text(&mut *state.pool.acquire().await?, &on.content_hash).await?;
                (on.version, text.unwrap_or_default())
            }
            None => (0, String::new()),
        };
        let brought = self.clone();
        let held = web::block(move || {
            let repositories = brought.source.map(|source| source.repositories).unwrap_or_default();
            validate(Submission {
                markdown: &brought.markdown,
                sidecar: brought.sidecar.as_ref(),
                repositories: &repositories,
                requirements: ApprovedRequirements { version, markdown: &requirements },
            })
        });
        held.await.map_err(|error| Problem::unavailable("hold a submission to what it must hold", &error))
    }
}

/// Every problem at once, each with its place.
pub(super) fn refused(problems: &[SubmissionProblem]) -> Problem {
    let errors: Vec<_> = problems.iter().map(views::SubmissionProblem::from).collect();
    let detail = match errors.as_slice() {
        [one] => format!("{}: {}", one.pointer, one.detail),
        many => format!("{} things are wrong with this submission; `errors` names each with its place.", many.len()),
    };
    Problem::new(Code::SubmissionInvalid, detail).with("errors", errors)
}
