//! What a sidecar leaves out and the checkout knows: hashes of cited lines.

use serde_json::Value;

use super::{Checkout, CheckoutError, Cited};

/// A sidecar with its hashes, and whose they are.
#[derive(Debug, Clone, PartialEq)]
pub struct Refilled {
    /// The sidecar.
    pub sidecar: Value,
    /// The ids of the evidence that got its hash here.
    pub filled: Vec<String>,
}

/// Adds the hash to each piece of evidence that has none and whose lines are here. Nothing that is there is changed.
pub fn refill(checkout: &Checkout, mut sidecar: Value) -> Result<Refilled, CheckoutError> {
    let mut filled = Vec::new();
    for cited in Cited::all_of(&sidecar) {
        if has_hash(&sidecar, cited.index) || !checkout.has(&cited.place.commit)? {
            continue;
        }
        // Lines that can't be read stay without a hash; the check that follows says why.
        let Ok(lines) = checkout.lines_at(&cited.place.commit, &cited.place.path, cited.place.lines) else { continue };
        if let Some(entry) = sidecar.pointer_mut(&format!("/evidence/{}", cited.index)).and_then(Value::as_object_mut) {
            entry.insert("sha256".to_owned(), Value::String(lines.hash.to_string()));
            filled.push(cited.id);
        }
    }
    Ok(Refilled { sidecar, filled })
}

fn has_hash(sidecar: &Value, index: usize) -> bool {
    let hash = sidecar.pointer(&format!("/evidence/{index}/sha256"));
    hash.is_some_and(|hash| !hash.is_null() && hash != "")
}
