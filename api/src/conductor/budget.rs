//! A model that keeps to a budget: what a request may cost is held against the budgets of project and workspace before it is
//! sent, and settled when it is known what it cost. A request that they do not reach for is never sent.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use futures_util::{Stream, StreamExt, stream};
use konductro_domain::conductor::{
    GeneratedBy, LanguageModel, ModelEvent, ModelFailure, ModelFailureKind, ModelStream, Request,
};
use konductro_domain::ids::ProjectId;
use sqlx::{PgPool, Row};
use uuid::Uuid;

use super::price::PriceTable;
use super::prompt::estimate_tokens;

/// What budgets are kept with.
#[derive(Debug, Clone)]
pub struct BudgetTerms {
    /// What a model costs.
    pub prices: PriceTable,
    /// How long a reply is held to become at most, in tokens.
    pub reply_allowance: u64,
    /// What all projects together may cost in a month, in millionths of the currency; `None` for no bound.
    pub workspace_micros: Option<u64>,
}

/// A model within budgets. One whose price is not known costs nothing, as far as anybody can tell.
#[derive(Clone)]
pub struct Budgeted {
    model: Arc<dyn LanguageModel>,
    pool: PgPool,
    terms: Arc<BudgetTerms>,
}

impl Budgeted {
    /// Keeps a model within budgets.
    pub fn new(model: Arc<dyn LanguageModel>, pool: PgPool, terms: BudgetTerms) -> Self {
        Self { model, pool, terms: Arc::new(terms) }
    }

    /// The prompt's estimated tokens, and what the request may cost at most; `None` where the price is not known.
    fn at_most(&self, request: &Request) -> Option<(u64, u64)> {
        let parts = request.prompt.messages.iter().flat_map(|message| &message.parts);
        let prompt = parts.map(|part| u64::from(estimate_tokens(&part.text))).sum();
        let model = self.model.generated_by().model;
        Some((prompt, self.terms.prices.at_most_micros(&model, prompt, self.terms.reply_allowance)?))
    }

    async fn hold(&self, project: ProjectId, micros: u64) -> Result<Uuid, ModelFailure> {
        let charge = Uuid::now_v7();
        let bound = self.terms.workspace_micros.map(amount);
        let refused = sqlx::query("SELECT budget, bound, used FROM hold_against_budget($1, $2, $3, $4)")
            .bind(charge)
            .bind(project.0)
            .bind(amount(micros))
            .bind(bound)
            .fetch_optional(&self.pool)
            .await;
        match refused.and_then(|row| row.map(|row| Refusal::read(&row)).transpose()) {
            Ok(None) => Ok(charge),
            Ok(Some(refusal)) => Err(refusal.failure(micros)),
            Err(error) => {
                tracing::warn!(%error, "the budget could not be asked");
                let detail = "the budget could not be asked, so Conductor was not; try again";
                Err(failure(ModelFailureKind::Interrupted, detail.to_owned()))
            }
        }
    }

    fn within(self, request: Request, charge: Charge) -> ModelStream {
        Box::pin(Metered { stream: self.model.stream(request), charge })
    }
}

impl LanguageModel for Budgeted {
    fn generated_by(&self) -> GeneratedBy {
        self.model.generated_by()
    }

    fn cache_profile(&self) -> &str {
        self.model.cache_profile()
    }

    fn stream(&self, request: Request) -> ModelStream {
        let Some((prompt_tokens, micros)) = self.at_most(&request) else { return self.model.stream(request) };
        let (this, project) = (self.clone(), request.work.project_id());
        let begun = async move {
            match this.hold(project, micros).await {
                Ok(id) => {
                    let charge = Charge { budgeted: this.clone(), id, prompt_tokens, heard_bytes: 0, cost: None };
                    this.within(request, charge)
                }
                Err(failure) => stream::iter([ModelEvent::Failed(failure)]).boxed(),
            }
        };
        Box::pin(stream::once(begun).flatten())
    }
}

/// Which budget does not reach.
struct Refusal {
    budget: String,
    bound: i64,
    used: i64,
}

impl Refusal {
    fn read(row: &sqlx::postgres::PgRow) -> Result<Self, sqlx::Error> {
        Ok(Self { budget: row.try_get("budget")?, bound: row.try_get("bound")?, used: row.try_get("used")? })
    }

    fn failure(&self, micros: u64) -> ModelFailure {
        let whose = if self.budget == "project" { "the project's" } else { "the workspace's" };
        let who = if self.budget == "project" { "an SDM raises it" } else { "whoever runs the server raises it" };
        let detail = format!(
            "{whose} budget for this month does not reach: {} of {} are used or held, and this reply may cost {}; it can be tried again when {who}, or next month",
            units(self.used),
            units(self.bound),
            units(amount(micros)),
        );
        failure(ModelFailureKind::BudgetReached, detail)
    }
}

fn failure(kind: ModelFailureKind, detail: String) -> ModelFailure {
    ModelFailure { kind, status: None, retryable: true, detail }
}

/// Millionths as units of the currency, to the cent, or as far as it takes to show that it is not nothing.
fn units(micros: i64) -> String {
    let units = micros as f64 / 1e6;
    if micros != 0 && units.abs() < 0.01 { format!("{units:.6}") } else { format!("{units:.2}") }
}

fn amount(micros: u64) -> i64 {
    i64::try_from(micros).unwrap_or(i64::MAX)
}

/// What is held for a request; settled when this is dropped, however the request ended.
struct Charge {
    budgeted: Budgeted,
    id: Uuid,
    prompt_tokens: u64,
    heard_bytes: u64,
    cost: Option<u64>,
}

impl Charge {
    fn hear(&mut self, event: &ModelEvent) {
        match event {
            ModelEvent::Text(text) | ModelEvent::Reasoning(text) => self.heard_bytes += text.len() as u64,
            ModelEvent::Usage(usage) => self.cost = usage.cost_micros.or(self.cost),
            _ => {}
        }
    }

    /// What it cost: as reported, else as what was sent and heard would.
    fn micros(&self) -> i64 {
        let model = self.budgeted.model.generated_by().model;
        let heard = self.heard_bytes.div_ceil(4);
        let guessed = || self.budgeted.terms.prices.at_most_micros(&model, self.prompt_tokens, heard);
        self.cost.or_else(guessed).map_or(0, amount)
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        let (pool, id, micros) = (self.budgeted.pool.clone(), self.id, self.micros());
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        runtime.spawn(async move {
            let settled = sqlx::query("UPDATE budget_charges SET micros = $2, settled = true WHERE charge_id = $1")
                .bind(id)
                .bind(micros)
                .execute(&pool)
                .await;
            if let Err(error) = settled {
                tracing::warn!(%error, "a charge could not be settled; what was held counts until it expires");
            }
        });
    }
}

/// A stream that knows what it costs.
struct Metered {
    stream: ModelStream,
    charge: Charge,
}

impl Stream for Metered {
    type Item = ModelEvent;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<ModelEvent>> {
        let polled = self.stream.as_mut().poll_next(context);
        if let Poll::Ready(Some(event)) = &polled {
            self.charge.hear(event);
        }
        polled
    }
}
