//! What a turn consumed, over all its requests. What nobody reported stays unknown, which is not 0.

use konductro_domain::conductor::Usage;
use tokio::time::Instant;

#[derive(Debug)]
pub(in crate::conductor) struct Ledger {
    began: Instant,
    first_token: Option<Instant>,
    retries: u32,
    /// The sum over the requests that have ended.
    settled: Usage,
    /// The latest report of the request that runs: servers repeat and refine it.
    reported: Usage,
    model_returned: Option<String>,
}

impl Ledger {
    pub(in crate::conductor) fn begin() -> Self {
        Self {
            began: Instant::now(),
            first_token: None,
            retries: 0,
            settled: Usage::default(),
            reported: Usage::default(),
            model_returned: None,
        }
    }

    /// A request goes out.
    pub(in crate::conductor) fn ask(&mut self) {
        self.reported = Usage::default();
    }

    /// A piece of the reply came.
    pub(in crate::conductor) fn token(&mut self) {
        self.first_token.get_or_insert_with(Instant::now);
    }

    pub(in crate::conductor) fn retried(&mut self) {
        self.retries = self.retries.saturating_add(1);
    }

    pub(in crate::conductor) fn report(&mut self, usage: Usage) {
        self.reported = usage;
    }

    pub(in crate::conductor) fn model_returned(&mut self, name: String) {
        self.model_returned.get_or_insert(name);
    }

    /// A request has ended.
    pub(in crate::conductor) fn answered(&mut self) {
        let (sum, last) = (&mut self.settled, std::mem::take(&mut self.reported));
        add(&mut sum.prompt_tokens, last.prompt_tokens);
        add(&mut sum.cached_tokens, last.cached_tokens);
        add(&mut sum.cache_written_tokens, last.cache_written_tokens);
        add(&mut sum.completion_tokens, last.completion_tokens);
        add(&mut sum.reasoning_tokens, last.reasoning_tokens);
        add(&mut sum.cost_micros, last.cost_micros);
    }

    pub(in crate::conductor) fn close(self) -> (Usage, Option<String>) {
        let since_begin = |at: Instant| u64::try_from(at.duration_since(self.began).as_millis()).unwrap_or(u64::MAX);
        let usage = Usage {
            ttft_ms: self.first_token.map(since_begin),
            duration_ms: Some(since_begin(Instant::now())),
            retries: self.retries,
            ..self.settled
        };
        (usage, self.model_returned)
    }
}

fn add(sum: &mut Option<u64>, more: Option<u64>) {
    if let Some(more) = more {
        *sum = Some(sum.unwrap_or(0).saturating_add(more));
    }
}
