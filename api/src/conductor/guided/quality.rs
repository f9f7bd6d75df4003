//! Non-functional requirements: a number and a way to verify it for everything that was said, and a
//! marked assumption for everything that was not.

use super::wording::{folded, has_any, items, sentence};

/// How an assumed number is marked, until somebody confirms or changes it.
pub(super) const ASSUMED: &str = "*(assumed)*";

/// One non-functional requirement, without its id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Quality {
    /// What kind: speed, availability, …
    pub(super) kind: &'static str,
    /// The requirement.
    pub(super) text: String,
    /// How it is verified.
    pub(super) verified: String,
    /// Whether we assumed it.
    pub(super) assumed: bool,
}

struct Family {
    kind: &'static str,
    cues: &'static [&'static str],
    number: &'static str,
    default: Option<&'static str>,
    verified: &'static str,
}

const FAMILIES: [Family; 7] = [
    Family {
        kind: "Speed",
        cues: &[
            "second",
            "seconds",
            "ms",
            "milliseconds",
            "fast",
            "quick",
            "response",
            "load",
            "loads",
            "p95",
            "latency",
            "slow",
            "instantly",
        ],
        number: "95 % of answers within 1 second",
        default: Some("95 % of all answers reach the person within 1 second, at the expected load."),
        verified: "Load test with realistic data before each release; measured in production",
    },
    Family {
        kind: "Availability",
        cues: &["available", "availability", "uptime", "downtime", "24/7", "outage", "reliable"],
        number: "99.5 % a month",
        default: Some("Available 99.5 % of each month, planned maintenance announced two days ahead."),
        verified: "Probe from outside every minute; monthly report",
    },
    Family {
        kind: "Load",
        cues: &[
            "concurrent",
            "at once",
            "at the same time",
            "per day",
            "a day",
            "per hour",
            "users",
            "people",
            "requests",
            "peak",
            "simultaneous",
            "customers",
            "patients",
        ],
        number: "200 people at once",
        default: Some("200 people at once without falling below the speed that is asked for."),
        verified: "Load test at twice the number",
    },
    Family {
        kind: "Protection",
        cues: &[
            "secure",
            "security",
            "encrypt",
            "encrypted",
            "private",
            "privacy",
            "gdpr",
            "health data",
            "personal",
            "confidential",
            "access",
            "safe",
            "protected",
        ],
        number: "0 entries shown to somebody not entitled",
        default: Some(
            "0 entries are shown to anybody who is not entitled to them; all traffic and stored data are encrypted.",
        ),
        verified: "Every operation tested with every role; penetration test before launch",
    },
    Family {
        kind: "Accessibility",
        cues: &[
            "wcag",
            "accessible",
            "accessibility",
            "screen reader",
            "mobile",
            "phone",
            "phones",
            "tablet",
            "languages",
            "language",
        ],
        number: "WCAG 2.1, level AA",
        default: Some("Every page meets WCAG 2.1 AA and works from 360 pixels of width."),
        verified: "Automated check on each page, and one manual review with a screen reader",
    },
    Family {
        kind: "Recovery",
        cues: &["backup", "backups", "back-up", "recover", "recovery", "restore", "lost", "lose", "data loss"],
        number: "at most 15 minutes of data lost, back within 4 hours",
        default: Some("After a total loss, service is back within 4 hours and at most 15 minutes of data are lost."),
        verified: "Restore rehearsed every quarter",
    },
    Family {
        kind: "Quality",
        cues: &[],
        number: "0 known deviations at launch",
        default: None,
        verified: "Review with the team before launch",
    },
];

/// What was said, each with its number and its check.
pub(super) fn stated(text: &str) -> Vec<Quality> {
    items(text).iter().flat_map(|item| parts(item)).map(|item| one(&item)).collect()
}

/// What is assumed for the kinds that nobody spoke of.
pub(super) fn assumed(stated: &[Quality]) -> Vec<Quality> {
    FAMILIES
        .iter()
        .filter(|family| !stated.iter().any(|quality| quality.kind == family.kind))
        .filter_map(|family| {
            family.default.map(|text| Quality {
                kind: family.kind,
                text: text.to_owned(),
                verified: family.verified.to_owned(),
                assumed: true,
            })
        })
        .collect()
}

/// "Pages within 1 second, 99.5 % available" are two requirements when each names its own family.
fn parts(item: &str) -> Vec<String> {
    let pieces: Vec<String> =
        item.split(", ").map(|piece| piece.strip_prefix("and ").unwrap_or(piece).to_owned()).collect();
    if pieces.len() > 1 && pieces.iter().all(|piece| family_of(piece).default.is_some()) {
        pieces
    } else {
        vec![item.to_owned()]
    }
}

fn family_of(text: &str) -> &'static Family {
    let lower = folded(text);
    FAMILIES.iter().find(|family| has_any(&lower, family.cues)).unwrap_or(&FAMILIES[FAMILIES.len() - 1])
}

fn one(item: &str) -> Quality {
    let family = family_of(item);
    let has_digits = item.chars().any(|c| c.is_ascii_digit());
    let text = if has_digits {
        sentence(item)
    } else {
        format!("{} Measured as: {} {ASSUMED}.", sentence(item), family.number)
    };
    Quality { kind: family.kind, text, verified: family.verified.to_owned(), assumed: false }
}
