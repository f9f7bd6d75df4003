//! How people name a phase on the command line: by its id, or as `PAY-3`.

use std::str::FromStr;

use serde_json::Value;
use uuid::Uuid;

use super::client::Client;
use super::exit::{Exit, Failure};

/// A phase, as somebody names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhaseName(Name);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Name {
    Id(Uuid),
    InProject { key: String, number: u64 },
}

impl FromStr for PhaseName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Ok(id) = text.parse() {
            return Ok(Self(Name::Id(id)));
        }
        let named = text.rsplit_once('-').and_then(|(key, number)| Some((key, number.parse().ok()?)));
        match named {
            Some((key, number)) if !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric()) => {
                Ok(Self(Name::InProject { key: key.to_uppercase(), number }))
            }
            Some(_) | None => Err(format!(
                "`{text}` names no phase: write its id, or the project's key and its number, such as PAY-3"
            )),
        }
    }
}

impl PhaseName {
    /// The project's key, where the name says it: for [`Client::for_project`].
    pub fn project_key(&self) -> Option<&str> {
        match &self.0 {
            Name::Id(_) => None,
            Name::InProject { key, .. } => Some(key),
        }
    }

    /// The phase's id, asked of the server where it is not the name itself.
    pub async fn id(&self, client: &Client) -> Result<Uuid, Failure> {
        let (key, number) = match &self.0 {
            Name::Id(id) => return Ok(*id),
            Name::InProject { key, number } => (key, *number),
        };
        let phases = phases_of(client, Some(key)).await?;
        let found = phases.iter().find(|phase| phase["number"] == number);
        let id = found.and_then(|phase| phase["id"].as_str()?.parse().ok());
        id.ok_or_else(|| {
            Failure::new(Exit::Error, format!("{key} has no phase {number}; `konductro phases` lists them."))
        })
    }
}

/// All phases of the project that the token opens, or of the one with this key.
pub(super) async fn phases_of(client: &Client, project_key: Option<&str>) -> Result<Vec<Value>, Failure> {
    let me = client.get("/me").await?;
    let projects = me["projects"].as_array().map(Vec::as_slice).unwrap_or_default();
    let project = projects.iter().find(|project| project_key.is_none_or(|key| project["key"] == key));
    let id = project.and_then(|project| project["project_id"].as_str()).ok_or_else(|| {
        let named = project_key.map(|key| format!(" {key}")).unwrap_or_default();
        Failure::new(
            Exit::NotAllowed,
            format!("Your token does not open the project{named}; run `konductro login` for it."),
        )
    })?;
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("/projects/{id}/phases?limit=200{cursor}")).await?;
        all.extend(page["items"].as_array().cloned().unwrap_or_default());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return Ok(all),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test may fail loudly")]
    use super::*;

    #[test]
    fn a_phase_is_named_by_id_or_by_key_and_number() {
        let named: PhaseName = "pay-3".parse().unwrap();
        assert_eq!(named, PhaseName(Name::InProject { key: "PAY".to_owned(), number: 3 }));
        let id = Uuid::now_v7();
        assert_eq!(id.to_string().parse::<PhaseName>().unwrap(), PhaseName(Name::Id(id)));
        for wrong in ["", "PAY", "PAY-", "-3", "PAY-x", "PA/Y-3", "PAY--3"] {
            assert!(wrong.parse::<PhaseName>().is_err(), "{wrong}");
        }
    }
}
