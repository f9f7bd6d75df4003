//! Acceptance criteria in EARS form (When, While, If, Where … the system shall …), by what kind of
//! function a requirement is: booking can fail in other ways than looking.

use super::capability::Capability;
use super::verbs::Kind;
use super::wording::{joined, open_ended, small};

/// The criteria of a function, in order; the ids are given where they are written.
pub(super) fn criteria(capability: &Capability, failures: &[(String, String)]) -> Vec<String> {
    let mut list = by_kind(capability);
    if let Some(limit) = capability.limit() {
        list.push(format!(
            "If the limit “{limit}” is not kept, then the system shall refuse, leave everything as it was, and name the limit."
        ));
    }
    for (case, response) in failures {
        list.push(format!("If {}, then the system {}.", small(open_ended(case)), super::rules::shall(response)));
    }
    list
}

fn by_kind(capability: &Capability) -> Vec<String> {
    let who = capability.who();
    let act = open_ended(&capability.action).to_owned();
    let thing = capability.object().map_or_else(|| "the entry".to_owned(), |object| format!("the {object}"));
    let asks = if capability.actor.is_some() {
        format!("When {who} asks to {act}")
    } else {
        format!("When it is time to {act}")
    };
    let lines: Vec<String> = match capability.kind {
        Kind::Create => vec![
            format!("{asks} and everything that is required has been given, the system shall record {thing}, show it with its current state, and confirm it."),
            "If something required is missing or not valid, then the system shall name each problem where it was entered, keep what was entered, and record nothing.".to_owned(),
            format!("If the same request arrives more than once, then the system shall record {thing} once and give the same answer each time."),
        ],
        Kind::Change => vec![
            format!("{asks}, the system shall apply the change as a whole, show the new state, and keep who changed what and when."),
            format!("If somebody else has changed {thing} in the meantime, then the system shall refuse the change, show the current state, and keep what was entered."),
            "While a rule forbids the change, the system shall say which rule, and change nothing.".to_owned(),
        ],
        Kind::Remove => vec![
            format!("{asks}, the system shall say what will happen, ask for one confirmation, and then carry it out."),
            format!("If it is no longer possible, then the system shall refuse, say why, and leave {thing} as it was."),
            "When it is done, the system shall tell everybody concerned, and keep who did it and when.".to_owned(),
        ],
        Kind::View => vec![
            format!("{asks}, the system shall show what is true at that moment, the most relevant first."),
            "While there is nothing to show, the system shall say so and offer the next sensible step.".to_owned(),
            format!("If {who} is not entitled to an entry, then the system shall leave it out, without revealing that it exists."),
        ],
        Kind::Export => vec![
            format!("{asks}, the system shall deliver a complete file that opens in common tools, and that names its date and its selection."),
            "If the file takes longer than ten seconds to prepare, then the system shall prepare it in the background and say when it is ready.".to_owned(),
            format!("If {who} is not entitled to an entry, then the system shall leave it out of the file."),
        ],
        Kind::Notify => vec![
            format!("{asks}, the system shall do so once, to the people concerned and nobody else."),
            "If it cannot be delivered, then the system shall try again at growing intervals, and after the last attempt show it to whoever is responsible.".to_owned(),
            "Where a recipient has opted out, the system shall send nothing, and record that it did not.".to_owned(),
        ],
        Kind::Receive => receive(capability),
        Kind::Pay => vec![
            format!("{asks}, the system shall show the amount before anything is charged, carry it out once, and give a receipt."),
            "If the payment is refused or its outcome is unknown, then the system shall charge nothing twice, say so plainly, and show how to go on.".to_owned(),
            "While a payment is pending, the system shall show it as pending, and neither repeat nor forget it.".to_owned(),
        ],
        Kind::Decide => vec![
            format!("{asks}, the system shall record the decision with name, time and, where given, the reason, and show it to everybody concerned."),
            "If somebody else has decided it already, then the system shall show that decision and record no second one.".to_owned(),
            format!("While {who} lacks the permission, the system shall not offer the decision, and shall say who can take it."),
        ],
        Kind::Access => vec![
            format!("{asks} with valid credentials, the system shall admit exactly to what the role allows."),
            "If the credentials are wrong, then the system shall refuse without saying which part was wrong, and slow down after five failures in a row.".to_owned(),
            "While a session has been idle for 30 minutes, the system shall ask for the credentials again before it shows anything.".to_owned(),
        ],
        Kind::Automate => vec![
            format!("{asks}, the system shall do so without anybody having to remember it, and show when it last did."),
            "If it fails half-way, then the system shall leave the data as it was before, record the reason, and try again.".to_owned(),
        ],
        Kind::Provide => vec![
            format!("Where a person is entitled to it, the system shall provide {} at the place where the work is done.", small(&act)),
            "If it is not available, then the system shall say so, say until when as far as it is known, and keep everything that was entered.".to_owned(),
        ],
        Kind::Other => vec![
            format!("{asks}, the system shall carry it out and show the outcome."),
            "If it cannot be carried out, then the system shall say why and what to do next, and change nothing.".to_owned(),
            format!("While {who} lacks the permission, the system shall not offer it."),
        ],
    };
    lines
}

fn receive(capability: &Capability) -> Vec<String> {
    let rest = capability.rest();
    let thing = if rest.is_empty() || rest.starts_with("about") || rest.starts_with("of ") {
        format!("the message {rest}")
    } else {
        rest.to_owned()
    };
    let thing = open_ended(&thing).to_owned();
    vec![
        format!("When {thing} is due, the system shall deliver it once, to {} concerned and nobody else.", capability.actor.as_deref().map_or("the person".to_owned(), |actor| format!("the {actor}"))),
        "If it cannot be delivered, then the system shall try again at growing intervals, and after the last attempt show it to whoever is responsible.".to_owned(),
        "Where the recipient has opted out, the system shall send nothing, and record that it did not.".to_owned(),
    ]
}

/// Why a requirement is there, from what was said of it, the problem or the goal.
pub(super) fn rationale(capability: &Capability, problems: &[String], outcomes: &[String]) -> String {
    use super::wording::{overlap, sentence};
    if let Some(benefit) = &capability.benefit {
        return sentence(&if benefit.starts_with("to ") {
            format!("it is there {benefit}")
        } else {
            format!("so that {benefit}")
        });
    }
    let best = |texts: &[String]| {
        texts
            .iter()
            .map(|text| (overlap(&capability.action, text), text.clone()))
            .filter(|(shared, _)| *shared > 0)
            .max_by_key(|(shared, _)| *shared)
    };
    let quoted = |text: &str| format!("“{}”", open_ended(text));
    match (best(outcomes), best(problems)) {
        (Some((outcome_shared, outcome)), Some((problem_shared, _))) if outcome_shared >= problem_shared => {
            format!("Works directly towards the goal {}.", quoted(&outcome))
        }
        (_, Some((_, problem))) => format!("Answers the problem {}.", quoted(&problem)),
        (Some((_, outcome)), None) => format!("Works directly towards the goal {}.", quoted(&outcome)),
        (None, None) => by_nature(capability),
    }
}

fn by_nature(capability: &Capability) -> String {
    let who = capability.actor.as_deref().map_or_else(
        || "people".to_owned(),
        |actor| joined(&actor.split(" or ").map(super::wording::plural).collect::<Vec<_>>()),
    );
    match capability.kind {
        Kind::Create => {
            format!("It is where the work begins; without it, {who} would need somebody to do it for them.")
        }
        Kind::Change | Kind::Remove => format!(
            "Plans change; without it, {who} would have to ask somebody, and what is recorded would no longer be true."
        ),
        Kind::View | Kind::Export => format!("What {who} can see for themselves, they need not ask for."),
        Kind::Notify | Kind::Receive => "Nobody should have to remember what the system knows.".to_owned(),
        Kind::Pay => "Money has to be settled in the same place, and exactly once.".to_owned(),
        Kind::Decide => {
            "A decision that is recorded where the work happens can be relied on, and found again.".to_owned()
        }
        Kind::Access => "Everything else depends on knowing who is there.".to_owned(),
        Kind::Automate => "It is work that a machine does more reliably than a person.".to_owned(),
        Kind::Other | Kind::Provide => "The team named it as something that people need in this phase.".to_owned(),
    }
}
