//! Quick answers to a question, in the product's own nouns where they are known.

use super::recall::Interview;
use super::requirements::items::thing_of;
use super::topic::Topic;
use super::wording::{capital, plural, with_article};

/// What a person could click instead of writing; always with a way past the question.
pub(super) fn answers(topic: Topic, interview: &Interview, title: &str) -> Vec<String> {
    let thing = thing_of(title).unwrap_or_else(|| "request".to_owned());
    let who = interview.actors().first().map_or_else(|| "Customers".to_owned(), |actor| capital(&plural(actor)));
    let mut list = match topic {
        Topic::Problem => vec![
            "Today it is done by phone and spreadsheet; it takes too long and entries get lost.".to_owned(),
            "People have no way to do it themselves, so our staff does it for them.".to_owned(),
        ],
        Topic::Users => vec!["Customers, our own staff, and a manager who needs an overview".to_owned(), "Only our own staff".to_owned()],
        Topic::Capabilities => vec![
            format!("{who} can create, change and cancel {}. Staff can see all {} of the day. Nice to have: export the list.", with_article(&thing), plural(&thing)),
            format!("{who} can submit {}. Staff can approve or reject it. {who} get a message about the decision.", with_article(&thing)),
        ],
        Topic::Outcomes => vec![
            "Half of all cases are handled online within three months.".to_owned(),
            "The time for one case falls from ten minutes to two.".to_owned(),
        ],
        Topic::Rules => vec![
            format!("The same {thing} is never recorded twice. If a message cannot be delivered, show it to the staff."),
            format!("Only whoever created {} may change it. Nothing is ever deleted without a trace.", with_article(&thing)),
        ],
        Topic::Qualities => vec![
            "Answers within 1 second, 99.5 % available, 200 people at once, personal data only for those entitled.".to_owned(),
            "Use sensible defaults.".to_owned(),
        ],
        Topic::Limits => vec![
            "Live within three months, GDPR applies. Not this time: payments, a native app.".to_owned(),
            "No fixed date; we use the technology we have.".to_owned(),
        ],
        Topic::Platform => vec![
            "One service with PostgreSQL and a web app, in containers on our own servers.".to_owned(),
            "What the project already uses.".to_owned(),
        ],
        Topic::Integrations => vec!["None for now.".to_owned(), "An e-mail service for messages, and our identity provider for sign-in.".to_owned()],
        Topic::Access => vec![
            "Staff sign in with single sign-on; customers with e-mail and password. Everybody sees only their own data, staff sees all.".to_owned(),
            "Everybody signs in with e-mail and password; roles decide who may do what.".to_owned(),
        ],
        Topic::Data => vec![
            "Names and contact details are personal data, deleted two years after the last use; the rest is kept for ten years.".to_owned(),
            "Nothing sensitive; kept until somebody deletes it.".to_owned(),
        ],
        Topic::Rollout => vec![
            "Test and production; a pilot group for two weeks, then everybody. A feature flag switches it off.".to_owned(),
            "All at once; roll back to the release before.".to_owned(),
        ],
        Topic::Failures => vec![
            "Reading must always work; messages may be an hour late; writing waits in a queue.".to_owned(),
            "If something is down, say so and try again later.".to_owned(),
        ],
    };
    list.push("Skip this question".to_owned());
    if !interview.wrote && interview.settled() >= 2 {
        list.push("Write it now".to_owned());
    }
    list
}
