//! Durations that were measured, and what they say.

use std::time::Duration;

/// Samples of one thing, in seconds.
#[derive(Debug, Default, Clone)]
pub struct Samples(Vec<f64>);

impl Samples {
    pub fn add(&mut self, sample: Duration) {
        self.0.push(sample.as_secs_f64());
    }

    pub fn extend(&mut self, other: Samples) {
        self.0.extend(other.0);
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The median, in seconds.
    pub fn p50(&self) -> f64 {
        self.quantile(0.50)
    }

    /// What all but one in a hundred stay under, in seconds.
    pub fn p99(&self) -> f64 {
        self.quantile(0.99)
    }

    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an index"
    )]
    fn quantile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let last = sorted.len().checked_sub(1).expect("something was measured");
        sorted[((last as f64) * share).round() as usize]
    }
}
