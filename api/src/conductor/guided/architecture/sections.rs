//! The prose and the tables of the architecture document.

use super::{Design, diagrams, rows};
use crate::conductor::guided::capability::person;
use crate::conductor::guided::requirements::bullets;
use crate::conductor::guided::topic::Topic;
use crate::conductor::guided::verbs::Kind;
use crate::conductor::guided::wording::{capital, count, folded, has_any, joined, open_ended, plural, sentence, small};

/// The whole in three paragraphs.
pub(super) fn overview(design: &Design<'_>) -> String {
    let inventory = &design.inventory;
    let basis = if inventory.sources.is_empty() {
        "No approved document stands behind it".to_owned()
    } else {
        format!("It stands on {}", joined(&inventory.sources))
    };
    let mut text = format!(
        "“{}” is built as one service with a browser application and one database, in {}, one for each kind of thing that it keeps. {basis}, with {} and {}.",
        design.title,
        count(design.entities.len(), "module"),
        count(inventory.requirements.len(), "requirement"),
        count(inventory.qualities.len(), "non-functional requirement")
    );
    text.push_str(&format!("\n\n**Platform.** {}", design.said(Topic::Platform)));
    let assets: Vec<String> = inventory
        .requirements
        .iter()
        .filter_map(|found| inventory.asset_of(&found.id))
        .map(|asset| format!("{} ({}, {})", asset.asset, asset.id, small(&asset.state)))
        .take(8)
        .collect();
    if !assets.is_empty() {
        text.push_str(&format!("\n\n**What is there already,** by the technical analysis: {}.", joined(&assets)));
    }
    text
}

/// Who is responsible for what.
pub(super) fn components(design: &Design<'_>) -> String {
    let mut table = vec![
        vec![
            "Web app".to_owned(),
            format!(
                "What {} see; holds no rules, only shows their outcome",
                joined(&design.actors.iter().take(4).map(|actor| plural(actor)).collect::<Vec<_>>())
            ),
            design.serving(|capability| capability.actor.is_some()),
        ],
        vec!["API".to_owned(), "Permission, validation, idempotency, errors in one form".to_owned(), "all".to_owned()],
    ];
    for entity in &design.entities {
        let does: Vec<String> = entity.uses.iter().map(|(.., action)| small(open_ended(action))).take(4).collect();
        let responsible = if does.is_empty() {
            format!("Keeps {}", plural(&entity.name))
        } else {
            format!("Keeps {}: {}", plural(&entity.name), joined(&does))
        };
        let ids = entity.requirements(&[]);
        table.push(vec![
            format!("Module “{}”", entity.name),
            responsible,
            if ids.is_empty() { "all".to_owned() } else { ids.join(", ") },
        ]);
    }
    if design
        .inventory
        .capabilities()
        .iter()
        .any(|capability| matches!(capability.kind, Kind::Notify | Kind::Receive | Kind::Automate | Kind::Pay))
        || !design.systems.is_empty()
    {
        table.push(vec![
            "Worker".to_owned(),
            "Delivers the outbox, does what is due, tries again, shows what failed".to_owned(),
            design.serving(|capability| {
                matches!(capability.kind, Kind::Notify | Kind::Receive | Kind::Automate | Kind::Pay)
            }),
        ]);
    }
    for system in &design.systems {
        table.push(vec![
            format!("Adapter “{system}”"),
            "The only place that knows its contract; time-out, retries, a stand-in for tests".to_owned(),
            design.serving(|capability| {
                matches!(capability.kind, Kind::Notify | Kind::Receive | Kind::Automate | Kind::Pay)
            }),
        ]);
    }
    rows(&["Component", "Responsible for", "Serves"], table)
}

/// The ER diagram and what holds for the data.
pub(super) fn data(design: &Design<'_>) -> String {
    let said = design.said(Topic::Data);
    format!(
        "{}\n\n{}\n\nEvery change adds an audit entry in the same transaction; `version` is what a change must name, so that nobody overwrites what they have not seen. The attributes shown are those that the rules need; what a form asks for beyond them is settled with the first story.",
        diagrams::entities(design),
        said
    )
}

/// States and errors.
pub(super) fn states(design: &Design<'_>) -> String {
    let mut text = String::new();
    if let Some(entity) = design.entities.first() {
        text.push_str(&format!("The life of {}:\n\n{}\n\n", person(&entity.name), diagrams::states(entity)));
    }
    let mut table: Vec<Vec<String>> = [
        ("Something entered is missing or wrong", "422, each field named", "Corrects it; nothing is lost"),
        ("Not entitled", "404 for what one may not know of, 403 otherwise", "Asks whoever may"),
        ("Changed by somebody else meanwhile", "412 with the present state", "Looks, and decides again"),
        ("A rule forbids it", "409 with the rule", "Reads which rule and what is possible instead"),
        ("The same request again", "the first answer", "Notices nothing"),
        ("Our own fault", "503, with an id for the log", "Tries again; the id finds the cause"),
    ]
    .into_iter()
    .map(|(case, answer, person)| vec![case.to_owned(), answer.to_owned(), person.to_owned()])
    .collect();
    for (case, response) in design.inventory.failures.iter().take(8) {
        table.push(vec![case.clone(), "as the requirements say".to_owned(), response.clone()]);
    }
    text.push_str(&rows(&["Case", "Answer of the API", "What the person does or sees"], table));
    let said = design.said(Topic::Failures);
    if !said.is_empty() {
        text.push_str(&format!("\n**When a part is down.** {said}\n"));
    }
    text
}

/// How it is protected.
pub(super) fn security(design: &Design<'_>) -> String {
    let mut lines = vec![
        format!("**Who gets in.** {}", design.said(Topic::Access)),
        "**Who may do what.** Checked in the API at each operation, from one table of roles and verbs; everything not listed is refused.".to_owned(),
    ];
    for actor in design.actors.iter().take(6) {
        let may: Vec<String> = design
            .inventory
            .requirements
            .iter()
            .filter_map(|found| found.capability.as_ref().map(|capability| (found, capability)))
            .filter(|(_, capability)| {
                capability.actor.as_deref().is_some_and(|name| name.split(" or ").any(|one| one == actor))
            })
            .map(|(found, capability)| format!("{} ({})", small(open_ended(&capability.action)), found.id))
            .take(6)
            .collect();
        if !may.is_empty() {
            lines.push(format!("**{}** may {}.", capital(&plural(actor)), joined(&may)));
        }
    }
    lines.push("**Input** is hostile until it has been checked: lengths, types, and what is shown is escaped. Secrets come from the environment and never reach a log.".to_owned());
    lines.push("**Traffic and data** are encrypted, in motion and at rest; back-ups as well.".to_owned());
    lines.push("**Trace.** Who did what and when is kept, append-only, apart from personal data.".to_owned());
    bullets(lines.into_iter())
}

/// From `N-n` to a mechanism and a measure.
pub(super) fn qualities(design: &Design<'_>) -> String {
    let table = design
        .inventory
        .qualities
        .iter()
        .map(|found| {
            let (mechanism, measure) = mechanism(&format!("{} {}", found.title, found.text));
            vec![format!("{} {}", found.id, small(open_ended(&found.text))), mechanism.to_owned(), measure.to_owned()]
        })
        .collect::<Vec<_>>();
    if table.is_empty() {
        return "The approved requirements name no `N-n`; numbers are needed before this section can be.".to_owned();
    }
    rows(&["Requirement", "Mechanism", "Measure"], table)
}

fn mechanism(text: &str) -> (&'static str, &'static str) {
    let lower = folded(text);
    if has_any(&lower, &["entitled", "encrypted", "protection", "privacy", "personal", "secure", "security"]) {
        (
            "Permission table in the API, encryption, audit entries",
            "Operation × role matrix, all green; findings of the penetration test",
        )
    } else if has_any(&lower, &["speed", "second", "seconds", "ms", "response", "latency", "fast"]) {
        (
            "Indexes for each list, keyset pages, nothing external within a request",
            "p95 of each operation, in the load test and in production",
        )
    } else if has_any(&lower, &["recovery", "lost", "backup", "restore"]) {
        ("Continuous archiving of the database, restore by script", "Time and loss in the quarterly rehearsal")
    } else if has_any(&lower, &["available", "availability", "uptime"]) {
        (
            "Two instances behind a health check, migrations without downtime",
            "Probe from outside, minutes of outage each month",
        )
    } else if has_any(&lower, &["at once", "people", "load", "concurrent", "users", "per day"]) {
        ("Stateless instances, bounded queues and connection pool", "Load test at twice the number")
    } else if has_any(&lower, &["wcag", "accessibility", "accessible"]) {
        ("Semantic HTML, one set of checked components", "Automated check on every page, one manual review")
    } else {
        ("To be shown in the first slice that touches it", "Review before launch")
    }
}

/// Environments, order, way back, watching.
pub(super) fn deployment(design: &Design<'_>) -> String {
    let said = design.said(Topic::Rollout);
    bullets(
        [
            format!("**Environments and roll-out.** {said}"),
            "**Order.** Additive migration, then the service, then the web app; what is no longer used is removed one release later.".to_owned(),
            "**Way back.** The release before runs on the new schema; rolling back is starting it. Data is never rolled back.".to_owned(),
            format!("**Watching.** Errors and p95 of each operation, length and age of the outbox{}, one dashboard, alerts only for what somebody must act on.", if design.systems.is_empty() { String::new() } else { format!(", answers of {}", joined(&design.systems)) }),
        ]
        .into_iter(),
    )
}

/// What is tested where.
pub(super) fn testing(design: &Design<'_>) -> String {
    let mut table = vec![
        vec![
            "Rules and states".to_owned(),
            "Pure unit and property tests".to_owned(),
            "each rule, each forbidden transition".to_owned(),
        ],
        vec![
            "API".to_owned(),
            "Against the OpenAPI document, on a real database".to_owned(),
            "each operation × role, each problem".to_owned(),
        ],
        vec![
            "Two at once".to_owned(),
            "Races on the same thing".to_owned(),
            "one succeeds, the other learns why".to_owned(),
        ],
        vec![
            "Journeys".to_owned(),
            "In a browser".to_owned(),
            "each “must” from its first to its last criterion".to_owned(),
        ],
    ];
    if !design.systems.is_empty() {
        table.push(vec![
            "Other systems".to_owned(),
            "A stand-in that is slow, refuses, and forgets to answer".to_owned(),
            joined(&design.systems),
        ]);
    }
    rows(&["What", "How", "Covers"], table)
}

/// From requirements to what carries them.
pub(super) fn traceability(design: &Design<'_>) -> String {
    let table = design
        .inventory
        .requirements
        .iter()
        .map(|found| {
            let module = design
                .entities
                .iter()
                .find(|entity| entity.uses.iter().any(|(_, id, _)| *id == found.id))
                .map_or_else(|| "API".to_owned(), |entity| format!("module “{}”", entity.name));
            let asset = design
                .inventory
                .asset_of(&found.id)
                .map_or_else(|| "new".to_owned(), |asset| format!("{} ({})", asset.asset, small(&asset.state)));
            let shown = match found.capability.as_ref().map(|capability| capability.kind) {
                Some(Kind::Notify | Kind::Receive | Kind::Automate) => "worker test, journey",
                Some(Kind::View | Kind::Export) => "API test with each role, journey",
                _ => "rule tests, race test, journey",
            };
            vec![found.id.to_string(), found.title.clone(), module, asset, shown.to_owned()]
        })
        .collect::<Vec<_>>();
    if table.is_empty() {
        return "There is no approved requirement to trace to.".to_owned();
    }
    rows(&["Requirement", "Title", "Carried by", "Today", "Shown by"], table)
}

/// What may go wrong with this design.
pub(super) fn risks(design: &Design<'_>) -> String {
    let mut table = Vec::new();
    for system in design.systems.iter().take(4) {
        table.push(vec![
            format!("“{system}” changes its contract or is down"),
            "medium".to_owned(),
            "Adapter and outbox; a contract test each night".to_owned(),
        ]);
    }
    let unknown: Vec<String> = design
        .inventory
        .assets
        .iter()
        .filter(|asset| has_any(&folded(&asset.state), &["unknown", "missing"]))
        .map(|asset| asset.id.to_string())
        .collect();
    if !unknown.is_empty() {
        table.push(vec![
            format!("{} rest on assets that are missing or unknown", joined(&unknown)),
            "high".to_owned(),
            "Build these first, in the thinnest slice that shows they work".to_owned(),
        ]);
    }
    table.push(vec![
        sentence("the data model is derived from the requirements' words, and the first real case does not fit")
            .trim_end_matches('.')
            .to_owned(),
        "medium".to_owned(),
        "Walk three real cases through it before the first migration".to_owned(),
    ]);
    table.push(vec![
        "Everything in one database makes one slow query everybody's".to_owned(),
        "low".to_owned(),
        "Statement time-outs, an index for each list, p95 watched for each operation".to_owned(),
    ]);
    rows(&["Risk", "Weight", "What we do about it"], table)
}
