//! Context, entities, journeys and states as Mermaid.

use super::Design;
use super::inventory::Found;
use super::model::Entity;
use crate::conductor::guided::capability::Capability;
use crate::conductor::guided::mermaid::{fenced, label};
use crate::conductor::guided::verbs::Kind;
use crate::conductor::guided::wording::{capital, count, joined, open_ended, plural, small};

/// Who and what surrounds the system.
pub(super) fn context(design: &Design<'_>) -> String {
    let mut body =
        format!("flowchart LR\n  system[\"{}\"]\n  store[(\"Database\")]\n  system --- store\n", label(&design.title));
    for (number, actor) in design.actors.iter().enumerate() {
        body.push_str(&format!(
            "  person{number}([\"{}\"]) -->|\"{}\"| system\n",
            label(&capital(actor)),
            label(&purpose_of(design, actor))
        ));
    }
    for (number, system) in design.systems.iter().enumerate() {
        body.push_str(&format!("  system -->|\"outbox, with time-out\"| other{number}[[\"{}\"]]\n", label(system)));
    }
    let people = joined(&design.actors.iter().take(4).map(|actor| plural(actor)).collect::<Vec<_>>());
    let others = if design.systems.is_empty() {
        "No other system is needed to do the work.".to_owned()
    } else {
        format!(
            "{} outside our control: {}. None of them is called while somebody waits for an answer.",
            capital(&count(design.systems.len(), "system")),
            joined(&design.systems)
        )
    };
    format!("{} use the system in a browser. {others}\n\n{}", capital(&people), fenced(&body))
}

fn purpose_of(design: &Design<'_>, actor: &str) -> String {
    let uses: Vec<String> = design
        .inventory
        .requirements
        .iter()
        .filter(|found| {
            found
                .capability
                .as_ref()
                .and_then(|capability| capability.actor.as_deref())
                .is_some_and(|found| found.split(" or ").any(|one| one == actor))
        })
        .map(|found| found.id.to_string())
        .take(6)
        .collect();
    if uses.is_empty() { "uses".to_owned() } else { uses.join(", ") }
}

/// The entities and who they belong to.
pub(super) fn entities(design: &Design<'_>) -> String {
    let mut body = "erDiagram\n  USER {\n    uuid id PK\n    string name\n    string email UK\n    string role\n    timestamp created_at\n  }\n".to_owned();
    for entity in &design.entities {
        body.push_str(&format!("  {} {{\n    uuid id PK\n    uuid owner_id FK\n    string state\n", entity.code));
        if entity.has(&[Kind::Decide]) {
            body.push_str("    uuid decided_by FK\n    timestamp decided_at\n");
        }
        if entity.has(&[Kind::Pay]) {
            body.push_str("    bigint amount_cents\n    string currency\n");
        }
        if entity.has(&[Kind::Notify, Kind::Receive]) {
            body.push_str("    timestamp due_at\n    timestamp delivered_at\n");
        }
        body.push_str("    int version\n    timestamp created_at\n    timestamp updated_at\n  }\n");
    }
    for entity in &design.entities {
        body.push_str(&format!("  USER ||--o{{ {} : \"{}\"\n", entity.code, label(&relation(entity))));
    }
    if let [first, others @ ..] = design.entities.as_slice() {
        for other in others {
            body.push_str(&format!("  {} ||--o{{ {} : \"concerns\"\n", first.code, other.code));
        }
    }
    body.push_str("  USER ||--o{ AUDIT_ENTRY : \"causes\"\n  AUDIT_ENTRY {\n    bigint id PK\n    uuid actor_id FK\n    string action\n    string subject\n    timestamp at\n  }\n");
    fenced(&body)
}

fn relation(entity: &Entity) -> String {
    if entity.actors.is_empty() {
        "owns".to_owned()
    } else {
        joined(&entity.actors.iter().take(2).cloned().collect::<Vec<_>>())
    }
}

/// The key journeys, and one that fails.
pub(super) fn journeys(design: &Design<'_>) -> String {
    let with: Vec<(&Found, &Capability)> = design
        .inventory
        .requirements
        .iter()
        .filter_map(|found| found.capability.as_ref().map(|capability| (found, capability)))
        .collect();
    // First one of each shape, then others of different kinds, three at most.
    let mut chosen: Vec<(&Found, &Capability)> = Vec::new();
    for (found, capability) in &with {
        if chosen.len() < 3 && !chosen.iter().any(|(_, other)| shape(other.kind) == shape(capability.kind)) {
            chosen.push((found, capability));
        }
    }
    for (found, capability) in &with {
        if chosen.len() < 3 && !chosen.iter().any(|(_, other)| other.kind == capability.kind) {
            chosen.push((found, capability));
        }
    }
    let mut text = String::new();
    for (found, capability) in &chosen {
        text.push_str(&format!(
            "### {} ({})\n\n{}\n\n",
            capital(open_ended(&capability.action)),
            found.id,
            journey(design, capability)
        ));
    }
    if chosen.is_empty() {
        text.push_str(&format!(
            "### A change, from click to record\n\n{}\n\n",
            plain_journey("person", "send a change", "record")
        ));
    }
    text.push_str(&failure(design, chosen.first().map(|(_, capability)| *capability)));
    text
}

/// Journeys that look alike in a diagram.
fn shape(kind: Kind) -> u8 {
    match kind {
        Kind::View | Kind::Export => 0,
        Kind::Notify | Kind::Receive => 1,
        _ => 2,
    }
}

fn journey(design: &Design<'_>, capability: &Capability) -> String {
    let who = capability.actor.clone().unwrap_or_else(|| "scheduler".to_owned());
    let thing = capability.object().unwrap_or_else(|| "entry".to_owned());
    match capability.kind {
        Kind::View | Kind::Export => {
            let mut body = head(&who);
            body.push_str(&format!("  P->>W: {}\n  W->>A: GET {}\n  A->>A: check permission\n  A->>D: read what is allowed\n  D-->>A: rows\n  A-->>W: 200 with version\n  W-->>P: show, or say that there is nothing\n", label(&capability.action), label(&plural(&thing))));
            fenced(&body)
        }
        Kind::Notify | Kind::Receive => {
            let system = design.systems.first().cloned().unwrap_or_else(|| "message service".to_owned());
            let mut body = format!(
                "sequenceDiagram\n  participant K as Worker\n  participant D as Database\n  participant X as {}\n  participant P as {}\n",
                label(&system),
                label(&capital(&who))
            );
            body.push_str(&format!("  K->>D: claim what is due\n  D-->>K: {}\n  K->>X: send, with idempotency key\n  X-->>K: accepted\n  K->>D: mark as delivered\n  X-->>P: {}\n", label(&thing), label(&capability.action)));
            fenced(&body)
        }
        _ => plain_journey(&who, &capability.action, &thing),
    }
}

fn head(who: &str) -> String {
    format!(
        "sequenceDiagram\n  actor P as {}\n  participant W as Web app\n  participant A as API\n  participant D as Database\n",
        label(&capital(who))
    )
}

fn plain_journey(who: &str, action: &str, thing: &str) -> String {
    let mut body = head(who);
    body.push_str(&format!(
        "  P->>W: {}\n  W->>A: request with idempotency key\n  A->>A: check permission and rules\n  A->>D: write {}, audit entry and outbox in one transaction\n  D-->>A: committed\n  A-->>W: 201 with state and version\n  W-->>P: show the new state and confirm\n",
        label(action),
        label(&small(thing))
    ));
    fenced(&body)
}

fn failure(design: &Design<'_>, capability: Option<&Capability>) -> String {
    if let Some(system) = design.systems.first() {
        let body = format!(
            "sequenceDiagram\n  participant K as Worker\n  participant D as Database\n  participant X as {name}\n  actor S as Staff\n  K->>D: claim what is due\n  K-xX: send\n  Note over K,X: no answer within 5 seconds\n  K->>D: attempt recorded, next one later\n  loop up to 8 attempts, growing intervals\n    K-xX: send again with the same key\n  end\n  K->>D: mark as failed\n  D-->>S: shown in the list of what needs attention\n",
            name = label(system)
        );
        return format!(
            "### When “{system}” does not answer\n\nThe person who caused it has had their answer long before; nothing is lost and nothing is sent twice.\n\n{}",
            fenced(&body)
        );
    }
    let action = capability.map_or_else(|| "send a change".to_owned(), |capability| capability.action.clone());
    let who = capability.and_then(|capability| capability.actor.clone()).unwrap_or_else(|| "person".to_owned());
    let mut body = head(&who);
    body.push_str(&format!("  P->>W: {}\n  W->>A: request with idempotency key K\n  A->>D: write\n  D-->>A: committed\n  A--xW: answer is lost\n  W->>A: the same request with K again\n  A->>D: look K up\n  D-->>A: the first result\n  A-->>W: the same answer as before\n  W-->>P: confirmed, once\n", label(&action)));
    format!(
        "### When the answer is lost\n\nThe request is repeated with the same key, and has its effect once.\n\n{}",
        fenced(&body)
    )
}

/// The life of the main entity.
pub(super) fn states(entity: &Entity) -> String {
    let mut body = "stateDiagram-v2\n  [*] --> open\n".to_owned();
    if entity.has(&[Kind::Decide]) {
        body.push_str("  open --> accepted : decided for\n  open --> rejected : decided against\n  rejected --> [*]\n  accepted --> done : carried out\n");
    } else {
        body.push_str("  open --> done : carried out\n");
    }
    if entity.has(&[Kind::Change]) {
        body.push_str("  open --> open : changed\n");
    }
    if entity.has(&[Kind::Remove]) {
        body.push_str("  open --> cancelled : cancelled in time\n  cancelled --> [*]\n");
    }
    body.push_str("  done --> [*]\n");
    fenced(&body)
}
