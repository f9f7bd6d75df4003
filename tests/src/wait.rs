//! Waiting for a condition itself, with a bound; never for a time.

use std::future::Future;
use std::time::{Duration, Instant};

/// Asks again and again until the answer is there; fails the test after 30 seconds.
pub async fn until<T, F>(what: &str, ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    until_in(Duration::from_secs(30), what, ask).await
}

/// Asks again and again until the answer is there; fails the test once the bound has passed.
pub async fn until_in<T, F>(bound: Duration, what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let end = Instant::now() + bound;
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(Instant::now() < end, "waited {} s for {what}", bound.as_secs());
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
