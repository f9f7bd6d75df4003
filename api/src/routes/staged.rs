//! A stage's name in an address.

use konductro_domain::stage::Stage;
use serde::{Deserialize, Deserializer};

/// A stage in the path; an unknown name is nothing that could be found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct StageInPath(pub(super) Stage);

impl<'de> Deserialize<'de> for StageInPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        name.parse().map(Self).map_err(serde::de::Error::custom)
    }
}
