//! What a reply cost, from a price table in the configuration. No table, or no entry: no cost, never a guess.
//!
//! The table is JSON: `{"gpt-5": {"prompt": 1.25, "cached": 0.125, "completion": 10}}`, in currency units
//! for a million tokens. A name also stands for its dated variants (`gpt-5-2025-08-07`).

use std::collections::BTreeMap;

use konductro_domain::conductor::Usage;
use serde::Deserialize;

/// The dearest a million tokens may be: a bound that keeps the sums far from overflowing.
const HIGHEST: f64 = 1_000_000.0;

/// Prices by model name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PriceTable {
    prices: BTreeMap<String, Price>,
}

/// What a million tokens of one model cost, in currency units.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Price {
    prompt: f64,
    completion: f64,
    /// Prompt tokens read from the cache; priced as `prompt` where absent.
    cached: Option<f64>,
    /// Prompt tokens written to the cache; priced as `prompt` where absent.
    cache_written: Option<f64>,
}

/// The price table can't be used.
#[derive(Debug, thiserror::Error)]
pub enum PriceTableError {
    /// It is no JSON of the right shape.
    #[error("the price table is no JSON object of model name to {{prompt, completion, cached?, cache_written?}}: {0}")]
    Unreadable(#[from] serde_json::Error),
    /// A price is out of range.
    #[error("the price table's prices for {model} must lie between 0 and 1000000 for a million tokens")]
    OutOfRange {
        /// The model.
        model: String,
    },
}

impl std::str::FromStr for PriceTable {
    type Err = PriceTableError;

    fn from_str(json: &str) -> Result<Self, Self::Err> {
        let prices: BTreeMap<String, Price> = serde_json::from_str(json)?;
        for (model, price) in &prices {
            let named = [Some(price.prompt), Some(price.completion), price.cached, price.cache_written];
            if !named.into_iter().flatten().all(|value| (0.0..=HIGHEST).contains(&value)) {
                return Err(PriceTableError::OutOfRange { model: model.clone() });
            }
        }
        Ok(Self { prices })
    }
}

impl PriceTable {
    /// What was consumed, in millionths of the currency unit; `None` where price or tokens are not known.
    pub fn cost_micros(&self, model: &str, usage: &Usage) -> Option<u64> {
        let price = self.price(model)?;
        let (prompt, completion) = (usage.prompt_tokens?, usage.completion_tokens?);
        let cached = usage.cached_tokens.unwrap_or(0).min(prompt);
        let written = usage.cache_written_tokens.unwrap_or(0).min(prompt - cached);
        let cost = [
            (prompt - cached - written, price.prompt),
            (cached, price.cached.unwrap_or(price.prompt)),
            (written, price.cache_written.unwrap_or(price.prompt)),
            (completion, price.completion),
        ]
        .into_iter()
        // A price for a million tokens is, in millionths, the price of one.
        .map(|(tokens, price)| tokens as f64 * price)
        .sum::<f64>();
        Some(cost.round() as u64)
    }

    /// What a request may cost at most, as far as can be known before it: nothing of it cached, and this long a reply. `None`
    /// where the price is not known.
    pub fn at_most_micros(&self, model: &str, prompt_tokens: u64, reply_tokens: u64) -> Option<u64> {
        let usage =
            Usage { prompt_tokens: Some(prompt_tokens), completion_tokens: Some(reply_tokens), ..Usage::default() };
        self.cost_micros(model, &usage)
    }

    fn price(&self, model: &str) -> Option<&Price> {
        self.prices.get(model).or_else(|| {
            self.prices
                .iter()
                .filter(|(name, _)| {
                    model.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(['-', '@', ':']))
                })
                .max_by_key(|(name, _)| name.len())
                .map(|(_, price)| price)
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests stop at the first surprise")]

    use super::*;

    fn table() -> PriceTable {
        r#"{"gpt-5": {"prompt": 1.25, "cached": 0.125, "completion": 10}, "gpt-5-mini": {"prompt": 0.25, "completion": 2}}"#
            .parse()
            .unwrap()
    }

    fn usage(prompt: u64, cached: Option<u64>, completion: u64) -> Usage {
        Usage {
            prompt_tokens: Some(prompt),
            cached_tokens: cached,
            completion_tokens: Some(completion),
            ..Usage::default()
        }
    }

    #[test]
    fn cached_tokens_have_their_own_price() {
        assert_eq!(table().cost_micros("gpt-5", &usage(1000, Some(800), 100)), Some(250 + 100 + 1000));
        assert_eq!(table().cost_micros("gpt-5", &usage(1000, None, 100)), Some(2250));
        assert_eq!(table().cost_micros("gpt-5", &usage(10, Some(99), 0)), Some(1), "a lie about the cache is bounded");
    }

    #[test]
    fn a_name_stands_for_its_dated_variants_and_the_longest_wins() {
        assert_eq!(table().cost_micros("gpt-5-mini-2025-08-07", &usage(4, None, 0)), Some(1));
        assert_eq!(table().cost_micros("gpt-50", &usage(4, None, 0)), None);
    }

    #[test]
    fn what_is_not_reported_has_no_cost() {
        assert_eq!(table().cost_micros("gpt-5", &Usage::default()), None);
    }

    #[test]
    fn a_bad_table_is_refused_with_its_reason() {
        assert!("[]".parse::<PriceTable>().is_err());
        let negative = r#"{"m": {"prompt": -1, "completion": 1}}"#.parse::<PriceTable>();
        assert!(negative.unwrap_err().to_string().contains("prices for m"));
    }
}
