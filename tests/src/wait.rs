//! Waiting for a condition itself, with a bound; never for a time.

use std::future::Future;
use std::time::{Duration, Instant};

/// Asks again and again until the answer is there; fails the test after 30 seconds.
pub async fn until<T, F>(what: &str, mut ask: impl FnMut() -> F) -> T
where
    F: Future<Output = Option<T>>,
{
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(Instant::now() < end, "waited 30 s for {what}");
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}
