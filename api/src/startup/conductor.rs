//! Who answers as Conductor. No silent fall-back: without a key or an address it is the guided interview, which
//! says so; a model that is configured and fails is an error that people see.

use std::sync::Arc;

use konductro_domain::conductor::{Adapter, LanguageModel};
use sqlx::PgPool;

use super::error::StartupError;
use crate::conductor::budget::{BudgetTerms, Budgeted};
use crate::conductor::guided::Guided;
use crate::conductor::openai::{DEFAULT_BASE_URL, OpenAi, OpenAiConfig};
use crate::config::ModelConfig;
use crate::routes::me::{ConductorInfo, ConductorMode};

pub(super) fn conductor(config: &ModelConfig) -> Result<Arc<dyn LanguageModel>, StartupError> {
    if !config.is_configured() {
        return Ok(Arc::new(Guided::default()));
    }
    let model = config.model.clone().ok_or(StartupError::NoModel)?;
    let prices = config.model_prices.clone().unwrap_or_default();
    Ok(Arc::new(OpenAi::new(OpenAiConfig {
        base_url: config.openai_base_url.clone().unwrap_or_else(|| DEFAULT_BASE_URL.to_owned()),
        api_key: config.openai_api_key.clone(),
        model,
        connect_timeout: config.model_connect_timeout,
        idle_timeout: config.model_idle_timeout,
        cache_profile: config.cache_profile,
        prices,
    })?))
}

/// The same within budgets: what a model costs is known from the price table, and guided mode costs nothing.
pub(super) fn within_budget(
    model: Arc<dyn LanguageModel>,
    pool: PgPool,
    config: &ModelConfig,
) -> Arc<dyn LanguageModel> {
    let Some(prices) = config.model_prices.clone() else { return model };
    let terms =
        BudgetTerms { prices, reply_allowance: config.reply_allowance, workspace_micros: config.workspace_budget };
    Arc::new(Budgeted::new(model, pool, terms))
}

/// How the pages name it.
pub(super) fn described(model: &dyn LanguageModel) -> ConductorInfo {
    let by = model.generated_by();
    match by.adapter {
        Adapter::Guided => ConductorInfo {
            mode: ConductorMode::Guided,
            model: None,
            label: "Guided mode: a structured interview, without a model".to_owned(),
        },
        Adapter::Openai => ConductorInfo { mode: ConductorMode::Model, label: by.model.clone(), model: Some(by.model) },
    }
}
