//! Pages of a backlog: filtered, in one of five orders, cut by key.
//!
//! A page goes on after the place of the last row of the page before, so that rows that come and go between
//! two pages neither double nor hide others. One statement for each order; a filter that is not set is null.

use konductro_domain::artefact::reference::Reference;
use konductro_domain::ids::{PhaseId, ProjectId};
use konductro_domain::story::StoryStatus;
use konductro_domain::story::content::StoryType;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgArguments;
use sqlx::query::QueryScalar;
use sqlx::types::Json;
use sqlx::{PgPool, Postgres};
use time::OffsetDateTime;

use super::story::StoryRow;
use crate::ProjectionError;

/// Which stories of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BacklogFilter {
    /// Only those of a phase.
    pub phase: Option<PhaseId>,
    /// Only those of a type.
    pub story_type: Option<StoryType>,
    /// Only open or only closed ones.
    pub status: Option<StoryStatus>,
    /// Only those whose key, title, requirements or decisions hold this text.
    pub text: Option<String>,
    /// Only enriched or only unenriched ones.
    pub enriched: Option<bool>,
    /// Only stale ones or only others.
    pub stale: Option<bool>,
    /// The bases that no longer stand, as far as `stale` needs them.
    pub stale_bases: Vec<String>,
}

/// The order of a list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum BacklogOrder {
    /// The lowest number first.
    #[default]
    Key,
    /// The highest number first.
    KeyDescending,
    /// By title.
    Title,
    /// What changed last first.
    Updated,
    /// The largest first.
    Complexity,
}

/// The place of a story in an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BacklogPlace {
    /// Its number.
    pub number: u32,
    /// Its title in lower case.
    pub title_key: String,
    /// When it last changed.
    #[serde(with = "time::serde::rfc3339")]
    pub updated_at: OffsetDateTime,
    /// How much work it is.
    pub complexity: u8,
}

impl From<&StoryRow> for BacklogPlace {
    fn from(row: &StoryRow) -> Self {
        Self {
            number: row.number,
            title_key: row.title_key.clone(),
            updated_at: row.updated_at,
            complexity: row.complexity,
        }
    }
}

impl BacklogOrder {
    /// What comes after a place ($10 number, $11 title, $12 time, $13 complexity), and the order itself.
    fn clauses(self) -> (&'static str, &'static str) {
        match self {
            BacklogOrder::Key => ("s.number > $10", "s.number"),
            BacklogOrder::KeyDescending => ("s.number < $10", "s.number desc"),
            BacklogOrder::Title => ("(s.title_key, s.number) > ($11 collate \"C\", $10)", "s.title_key, s.number"),
            BacklogOrder::Updated => ("(s.updated_at, s.number) < ($12, $10)", "s.updated_at desc, s.number desc"),
            BacklogOrder::Complexity => ("(s.complexity, s.number) < ($13, $10)", "s.complexity desc, s.number desc"),
        }
    }
}

/// $1 project, $2 phase, $3 type, $4 status, $5 text, $6 number in the text, $7 enriched, $8 stale, $9 stale bases.
const FILTER: &str = "s.project_id = $1 \
    and ($2::uuid is null or s.phase_id = $2) \
    and ($3::text is null or s.story_type = $3) \
    and ($4::text is null or s.status = $4) \
    and ($5::text is null or s.search like $5 or s.number = $6::int) \
    and ($7::boolean is null or s.enriched = $7) \
    and ($8::boolean is null or coalesce(s.basis = any($9), false) = $8)";

impl BacklogFilter {
    /// Binds $1 to $9 of [`FILTER`].
    fn bind<'q, O>(
        &'q self,
        project: ProjectId,
        query: QueryScalar<'q, Postgres, O, PgArguments>,
    ) -> QueryScalar<'q, Postgres, O, PgArguments> {
        let text = Text::of(self);
        query
            .bind(project.0)
            .bind(self.phase.map(|phase| phase.0))
            .bind(self.story_type.map(StoryType::as_str))
            .bind(self.status.map(StoryStatus::as_str))
            .bind(text.pattern)
            .bind(text.number)
            .bind(self.enriched)
            .bind(self.stale)
            .bind(&self.stale_bases)
    }
}

/// A page of a project's stories after a place.
pub async fn page_of(
    pool: &PgPool,
    project: ProjectId,
    filter: &BacklogFilter,
    order: BacklogOrder,
    after: Option<&BacklogPlace>,
    limit: i64,
) -> Result<Vec<StoryRow>, ProjectionError> {
    let (beyond, by) = order.clauses();
    // The parameters are named in each statement, used or not, so that one list of binds fits all.
    let beyond = match after {
        Some(_) => beyond,
        None => "true",
    };
    let statement = format!(
        "select to_jsonb(s) from backlog_stories s where {FILTER} and {beyond} \
         and ($10::int is null or $11::text is null or $12::timestamptz is null or $13::int is null or true) \
         order by {by} limit $14"
    );
    let rows: Vec<Json<StoryRow>> = filter
        .bind(project, sqlx::query_scalar(&statement))
        .bind(after.map(|place| i64::from(place.number)))
        .bind(after.map(|place| place.title_key.as_str()))
        .bind(after.map(|place| place.updated_at))
        .bind(after.map(|place| i32::from(place.complexity)))
        .bind(limit)
        .fetch_all(pool)
        .await?;
    Ok(rows.into_iter().map(|Json(row)| row).collect())
}

/// How many stories of a project a filter lets through.
pub async fn count(pool: &PgPool, project: ProjectId, filter: &BacklogFilter) -> Result<i64, ProjectionError> {
    let statement = format!("select count(*) from backlog_stories s where {FILTER}");
    Ok(filter.bind(project, sqlx::query_scalar(&statement)).fetch_one(pool).await?)
}

/// A text filter, as the statement takes it.
struct Text {
    pattern: Option<String>,
    /// `PAY-12` and `12` find number 12.
    number: Option<i32>,
}

impl Text {
    fn of(filter: &BacklogFilter) -> Self {
        let Some(text) = filter.text.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
            return Self { pattern: None, number: None };
        };
        // `R-1` is a requirement, and no key.
        let key = if Reference::leading(&text.to_uppercase()).is_some() { None } else { text.rsplit('-').next() };
        let number = key.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        let literal = text.to_lowercase().replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
        Self { pattern: Some(format!("%{literal}%")), number: number.and_then(|number| number.parse().ok()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Text {
        Text::of(&BacklogFilter { text: Some(text.to_owned()), ..BacklogFilter::default() })
    }

    #[test]
    fn a_text_is_taken_literally_and_a_key_finds_its_story() {
        assert_eq!(text("50%_off").pattern.as_deref(), Some("%50\\%\\_off%"));
        assert_eq!(text(" PAY-12 ").number, Some(12));
        assert_eq!(text("7").number, Some(7));
        assert_eq!((text("R-3.2").number, text("R-3").number, text("ad-2").number), (None, None, None));
        assert_eq!(text("  ").pattern, None);
        assert_eq!(text("99999999999999").number, None);
    }
}
