//! The backlog of a project: `/projects/{id}/backlog`, and its export.

use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpResponse, get, web};
use futures_util::stream;
use konductro_domain::ids::{PhaseId, ProjectId};
use konductro_projections::backlog::{BacklogFilter, BacklogOrder, BacklogPlace};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;

use super::access::InProject;
use crate::http::{Caller, InPath, Paging, Query, read};
use crate::problem::{Problem, ProblemDetails};
use crate::state::AppState;
use crate::views::backlog::BacklogSetting;
use crate::views::{self, ExportFormat, StoryStatus, StoryType};

/// Registers the routes.
pub fn configure(config: &mut ServiceConfig) {
    config.service(list_backlog).service(export_backlog);
}

/// Stories that an export reads at once.
const EXPORT_PAGE: i64 = 500;
/// Longest text filter, in characters.
const MAX_FILTER: usize = 200;

/// Which stories, in which order, which page of them.
#[derive(Debug, Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct BacklogQuery {
    /// Only those of this phase.
    #[param(value_type = Option<Uuid>)]
    phase: Option<PhaseId>,
    /// Only those of this type.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    story_type: Option<StoryType>,
    /// Only open or only closed ones.
    status: Option<StoryStatus>,
    /// Only those whose key, title, requirements or decisions hold this text.
    #[param(max_length = 200)]
    text: Option<String>,
    /// Only those whose basis no longer stands, or only others.
    stale: Option<bool>,
    /// Only enriched ones, or only others.
    enriched: Option<bool>,
    /// `key` (default), `-key`, `title`, `updated` (latest first), `complexity` (largest first).
    #[param(inline)]
    sort: Option<BacklogSort>,
    /// How many items at most (1 to 200, 50 by default).
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// The `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Which stories, in which order, and the form of the file.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ExportQuery {
    /// The form of the file.
    #[param(inline)]
    format: ExportFormat,
    /// Only those of this phase.
    #[param(value_type = Option<Uuid>)]
    phase: Option<PhaseId>,
    /// Only those of this type.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    story_type: Option<StoryType>,
    /// Only open or only closed ones.
    status: Option<StoryStatus>,
    /// Only those whose key, title, requirements or decisions hold this text.
    #[param(max_length = 200)]
    text: Option<String>,
    /// Only those whose basis no longer stands, or only others.
    stale: Option<bool>,
    /// Only enriched ones, or only others.
    enriched: Option<bool>,
    /// The order, as of the list.
    #[param(inline)]
    sort: Option<BacklogSort>,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
pub enum BacklogSort {
    /// The lowest number first.
    #[serde(rename = "key")]
    Key,
    /// The highest number first.
    #[serde(rename = "-key")]
    KeyDescending,
    /// By title.
    #[serde(rename = "title")]
    Title,
    /// What changed last first.
    #[serde(rename = "updated")]
    Updated,
    /// The largest first.
    #[serde(rename = "complexity")]
    Complexity,
}

impl From<BacklogSort> for BacklogOrder {
    fn from(sort: BacklogSort) -> Self {
        match sort {
            BacklogSort::Key => BacklogOrder::Key,
            BacklogSort::KeyDescending => BacklogOrder::KeyDescending,
            BacklogSort::Title => BacklogOrder::Title,
            BacklogSort::Updated => BacklogOrder::Updated,
            BacklogSort::Complexity => BacklogOrder::Complexity,
        }
    }
}

/// List a project's stories, filtered and sorted.
#[utoipa::path(operation_id = "listBacklog", tag = "stories", security(("bearerAuth" = ["read"])), params(("project_id" = Uuid, Path), BacklogQuery), responses(
    (status = 200, body = views::BacklogPage),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/projects/{project_id}/backlog")]
async fn list_backlog(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<ProjectId>,
    query: Query<BacklogQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let paging = Paging::<BacklogPlace>::read(query.limit, query.cursor.as_deref())?;
    let filter = BacklogFilter {
        phase: query.phase,
        story_type: query.story_type.map(Into::into),
        status: query.status.map(Into::into),
        text: checked_text(query.text)?,
        enriched: query.enriched,
        stale: query.stale,
        stale_bases: Vec::new(),
    };
    InProject::enter(&state, &caller, path.0).await?;
    let order = query.sort.map_or_else(BacklogOrder::default, Into::into);
    let page = views::backlog::page(&state.pool, path.0, filter, order, paging).await?;
    Ok(read(&page, None))
}

/// Download a project's stories as CSV, JSON or Jira CSV.
#[utoipa::path(operation_id = "exportBacklog", tag = "stories", security(("bearerAuth" = ["read"])), params(("project_id" = Uuid, Path), ExportQuery), responses(
    (status = 200, description = "The file", content((String = "text/csv"), (Vec<views::ExportedStory> = "application/json"))),
    (status = "4XX", body = ProblemDetails, content_type = "application/problem+json"),
))]
#[get("/projects/{project_id}/backlog/export")]
async fn export_backlog(
    state: web::Data<AppState>,
    caller: Caller,
    path: InPath<ProjectId>,
    query: Query<ExportQuery>,
) -> Result<HttpResponse, Problem> {
    let query = query.0;
    let filter = BacklogFilter {
        phase: query.phase,
        story_type: query.story_type.map(Into::into),
        status: query.status.map(Into::into),
        text: checked_text(query.text)?,
        enriched: query.enriched,
        stale: query.stale,
        stale_bases: Vec::new(),
    };
    InProject::enter(&state, &caller, path.0).await?;
    let setting = BacklogSetting::read(&state.pool, path.0).await?;
    let disposition = format!("attachment; filename=\"{}\"", query.format.file_name(setting.project_key()));
    let order = query.sort.map_or_else(BacklogOrder::default, Into::into);
    let filter = setting.complete(filter);
    let file = File { state: state.get_ref().clone(), setting, filter, order, format: query.format };
    Ok(HttpResponse::Ok()
        .insert_header((header::CONTENT_TYPE, query.format.content_type()))
        .insert_header((header::CONTENT_DISPOSITION, disposition))
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .streaming(stream::try_unfold((file, Progress::Opening), |(file, progress)| file.next(progress))))
}

/// An export under way; it is made page by page, as fast as it is read.
struct File {
    state: AppState,
    setting: BacklogSetting,
    filter: BacklogFilter,
    order: BacklogOrder,
    format: ExportFormat,
}

/// How far an export is.
enum Progress {
    Opening,
    After(Option<BacklogPlace>),
    Closed,
}

impl File {
    /// The next piece of the file. A failure cuts the download off, which the client can tell.
    async fn next(self, progress: Progress) -> Result<Option<(Bytes, (Self, Progress))>, Problem> {
        let failed = |error: csv::Error| Problem::unavailable("write an export", &error);
        let (bytes, progress) = match progress {
            Progress::Opening => (self.format.opening().map_err(failed)?, Progress::After(None)),
            Progress::Closed => return Ok(None),
            Progress::After(place) => {
                let (pool, place) = (&self.state.pool, place.as_ref());
                let order = self.order;
                let page =
                    views::backlog::exported(pool, &self.setting, &self.filter, order, place, EXPORT_PAGE).await?;
                match page {
                    Some((stories, end)) => {
                        let bytes = self.format.stories(&stories, place.is_none()).map_err(failed)?;
                        (bytes, Progress::After(Some(end)))
                    }
                    None => (self.format.closing().to_vec(), Progress::Closed),
                }
            }
        };
        Ok(Some((Bytes::from(bytes), (self, progress))))
    }
}

fn checked_text(text: Option<String>) -> Result<Option<String>, Problem> {
    match text {
        Some(text) if text.chars().count() > MAX_FILTER => {
            Err(Problem::invalid("?text", format!("must have at most {MAX_FILTER} characters")))
        }
        text => Ok(text),
    }
}
