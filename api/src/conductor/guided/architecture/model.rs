//! The things that are kept and the systems around, drawn from the requirements.

use super::inventory::Inventory;
use crate::conductor::guided::capability::Capability;
use crate::conductor::guided::identifier::Id;
use crate::conductor::guided::mermaid;
use crate::conductor::guided::verbs::Kind;
use crate::conductor::guided::wording::{folded, has_any, items, names, open_ended, plural, safe};

/// Something that is kept.
#[derive(Debug, Clone)]
pub(super) struct Entity {
    /// Its name in words, singular.
    pub(super) name: String,
    /// Its name in diagrams.
    pub(super) code: String,
    /// Its path in the API, plural.
    pub(super) path: String,
    /// Who acts on it.
    pub(super) actors: Vec<String>,
    /// What is done with it, and which requirement asks for it.
    pub(super) uses: Vec<(Kind, Id, String)>,
}

/// The things that the requirements are about, the most used first; never none.
pub(super) fn entities(inventory: &Inventory) -> Vec<Entity> {
    let mut found: Vec<Entity> = Vec::new();
    for requirement in &inventory.requirements {
        let Some(capability) = &requirement.capability else { continue };
        let Some(name) = capability.object().filter(|_| capability.kind != Kind::Access) else { continue };
        let at = match found.iter().position(|entity| same(&entity.name, &name)) {
            Some(at) => at,
            None => {
                found.push(named(&name, &found));
                found.len() - 1
            }
        };
        let entity = &mut found[at];
        entity.uses.push((capability.kind, requirement.id.clone(), capability.action.clone()));
        for actor in capability.actor.iter().flat_map(|actor| actor.split(" or ")) {
            if !entity.actors.iter().any(|known| known == actor) {
                entity.actors.push(actor.to_owned());
            }
        }
    }
    found.retain(|entity| {
        !entity.uses.iter().all(|(kind, ..)| *kind == Kind::Provide) || entity.name.split(' ').count() <= 2
    });
    found.sort_by_key(|entity| std::cmp::Reverse(entity.uses.len()));
    found.truncate(8);
    if found.is_empty() {
        found.push(named("record", &[]));
    }
    found
}

/// "free slot" and "slot" are one thing, "slot" and "time slot" as well.
fn same(a: &str, b: &str) -> bool {
    let last = |text: &str| text.rsplit(' ').next().unwrap_or(text).to_owned();
    a == b || last(a) == b || last(b) == a
}

fn named(name: &str, others: &[Entity]) -> Entity {
    let number = others.len() + 1;
    let mut code = mermaid::entity(name, number);
    if others.iter().any(|entity| entity.code == code) || code == "USER" {
        code = format!("ENTITY_{number}");
    }
    let path = plural(&code.to_lowercase().replace('_', "-"));
    Entity { name: name.to_owned(), code, path, actors: Vec::new(), uses: Vec::new() }
}

impl Entity {
    /// Whether something of these kinds is done with it.
    pub(super) fn has(&self, kinds: &[Kind]) -> bool {
        self.uses.iter().any(|(kind, ..)| kinds.contains(kind))
    }

    /// The requirements behind it, each once.
    pub(super) fn requirements(&self, kinds: &[Kind]) -> Vec<String> {
        let mut ids: Vec<String> = self
            .uses
            .iter()
            .filter(|(kind, ..)| kinds.is_empty() || kinds.contains(kind))
            .map(|(_, id, _)| id.to_string())
            .collect();
        ids.dedup();
        ids
    }
}

/// The systems of others: those that were named, or else those that the functions cannot do without.
pub(super) fn systems(text: &str, capabilities: &[Capability]) -> Vec<String> {
    let said = items(text);
    let none = !said.is_empty()
        && said.iter().all(|item| has_any(&folded(item), &["none", "nothing", "no", "no other", "not yet"]));
    let mut found: Vec<String> = Vec::new();
    if !none {
        for name in said.iter().flat_map(|item| names(item)) {
            let name = name.split(" for ").next().unwrap_or_default().split(" (").next().unwrap_or_default().trim();
            let name = ["the ", "The ", "an ", "An ", "a ", "A ", "our ", "Our ", "It talks to ", "We use ", "we use "]
                .iter()
                .find_map(|start| name.strip_prefix(start))
                .unwrap_or(name);
            let name = safe(open_ended(name));
            if !name.is_empty() && name.split_whitespace().count() <= 6 && !found.contains(&name) {
                found.push(name);
            }
        }
    }
    let needs = |kinds: &[Kind]| capabilities.iter().any(|capability| kinds.contains(&capability.kind));
    if found.is_empty() && !none {
        if needs(&[Kind::Notify, Kind::Receive]) {
            found.push("message service".to_owned());
        }
        if needs(&[Kind::Pay]) {
            found.push("payment provider".to_owned());
        }
    }
    found.truncate(8);
    found
}
