//! The decisions `AD-n`, each with its alternatives and why they lost.

use super::Design;
use crate::conductor::guided::identifier::Ids;
use crate::conductor::guided::topic::Topic;
use crate::conductor::guided::verbs::Kind;
use crate::conductor::guided::wording::joined;

struct Decision {
    title: String,
    choice: String,
    alternatives: &'static [(&'static str, &'static str)],
    why: String,
    serves: String,
}

/// All decisions, in the order in which they depend on each other.
pub(super) fn write(design: &Design<'_>, ids: &mut Ids) -> String {
    let mut text = String::new();
    for decision in all(design) {
        let id = ids.next("AD");
        text.push_str(&format!(
            "### {id} · {}\n\n{}\n\n**Why.** {}\n\n**Alternatives.**\n\n",
            decision.title, decision.choice, decision.why
        ));
        for (alternative, lost) in decision.alternatives {
            text.push_str(&format!("- *{alternative}:* {lost}\n"));
        }
        text.push_str(&format!("\n**Serves:** {}.\n\n", decision.serves));
    }
    text
}

fn all(design: &Design<'_>) -> Vec<Decision> {
    let qualities = |cues: &[&str]| {
        let ids: Vec<String> = design
            .inventory
            .qualities
            .iter()
            .filter(|found| cues.iter().any(|cue| found.title.contains(cue) || found.text.contains(cue)))
            .map(|found| found.id.to_string())
            .collect();
        if ids.is_empty() { "all requirements".to_owned() } else { ids.join(", ") }
    };
    let mut found = vec![
        Decision {
            title: "Platform and technology".to_owned(),
            choice: design.said(Topic::Platform),
            alternatives: &[
                ("A technology that is new to the team", "the phase would pay for learning it, and nothing in the requirements asks for it."),
                ("A product off the shelf", "worth a look before building begins; it rarely fits the rules of one's own house, which are the reason for this phase."),
            ],
            why: "What the team runs already is what it can run at night.".to_owned(),
            serves: "all requirements".to_owned(),
        },
        Decision {
            title: "One deployable service, cut into modules".to_owned(),
            choice: format!("One process holds all modules, one for each of {}; modules call each other through their public interface only, so that one can be taken out later.", joined(&design.entities.iter().take(4).map(|entity| entity.name.clone()).collect::<Vec<_>>())),
            alternatives: &[
                ("Services of their own", "distribution without a need: two teams or very different loads would be the reason, and neither is there."),
                ("No modules at all", "cheaper for a month; afterwards each change touches everything."),
            ],
            why: "It is the simplest thing that fulfils the requirements, and it leaves the way open.".to_owned(),
            serves: design.serving(|_| true),
        },
        Decision {
            title: "One relational database, one transaction for each change".to_owned(),
            choice: "State, audit entry and outgoing messages (outbox) are written in the same transaction; unique constraints hold the rules that must never be broken, and every row carries a version.".to_owned(),
            alternatives: &[
                ("A document store", "the rules span several things at once, which is what transactions are for."),
                ("Checking rules in the application only", "two requests at the same moment would both pass the check."),
            ],
            why: "Two people who want the same thing at the same moment are the normal case, not the exception.".to_owned(),
            serves: design.serving(|capability| matches!(capability.kind, Kind::Create | Kind::Change | Kind::Remove | Kind::Pay | Kind::Decide)),
        },
        Decision {
            title: "Sign-in and permissions".to_owned(),
            choice: design.said(Topic::Access),
            alternatives: &[
                ("Permissions in the web app only", "what a browser checks, anybody can leave out."),
                ("Own password storage without need", "where an identity provider exists, passwords of our own are a liability."),
            ],
            why: "Who may do what is decided in one place, and tested for every operation and role.".to_owned(),
            serves: qualities(&["Protection", "entitled", "secur", "personal"]),
        },
    ];
    if !design.systems.is_empty() {
        found.push(Decision {
            title: "Other systems are reached through an outbox".to_owned(),
            choice: format!("A worker delivers to {} from the outbox, with a time-out of 5 seconds, growing intervals, an idempotency key, and a list of what failed for good.", joined(&design.systems)),
            alternatives: &[
                ("Calling them while the person waits", "their outage would be ours, and their slowness too."),
                ("A message broker", "one more thing to run; the table in the database carries this load easily."),
            ],
            why: "What others do to us must not stop what people do here.".to_owned(),
            serves: design.serving(|capability| matches!(capability.kind, Kind::Notify | Kind::Receive | Kind::Pay | Kind::Automate)),
        });
    }
    found.push(Decision {
        title: "Going live in a way that can be taken back".to_owned(),
        choice: design.said(Topic::Rollout),
        alternatives: &[
            ("Everything at once", "the first mistake would reach everybody."),
            ("Two systems side by side for months", "double work, and two truths."),
        ],
        why: "A way back costs little before, and much after.".to_owned(),
        serves: qualities(&["Availab", "availab", "Recovery"]),
    });
    found
}
