//! What the interview asks in each stage, in plain words, and how a topic is recognised in a text.
//!
//! The wording of `ask` is how a question is found again in an earlier reply; it never depends on
//! the project, so that the state of an interview can be read from its history alone.

use konductro_domain::stage::Stage;

/// A thing that the interview must find out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Topic {
    /// What goes wrong today.
    Problem,
    /// Who will use it.
    Users,
    /// What they must be able to do.
    Capabilities,
    /// How success shows.
    Outcomes,
    /// How fast, how safe, how available.
    Qualities,
    /// Rules, and what happens when things go wrong.
    Rules,
    /// Constraints and what is left out.
    Limits,
    /// Where it runs, and with what.
    Platform,
    /// Other systems that it talks to.
    Integrations,
    /// Sign-in and permissions.
    Access,
    /// What is kept, how long, how sensitive.
    Data,
    /// What happens when a part is down.
    Failures,
    /// How it goes live.
    Rollout,
}

/// How one topic is asked and recognised.
pub(super) struct Question {
    /// The question itself; also its mark in the history.
    pub(super) ask: &'static str,
    /// Why the answer matters.
    pub(super) why: &'static str,
    /// An example for whoever asks for help.
    pub(super) example: &'static str,
    /// The same question as it stands in a document's list of open questions.
    pub(super) open: &'static str,
    /// Who can usually answer it.
    pub(super) owner: &'static str,
    /// What the topic is called in a sentence.
    pub(super) name: &'static str,
    /// Headings and labels that announce the topic.
    pub(super) labels: &'static [&'static str],
    /// Words that give the topic away in running text.
    pub(super) cues: &'static [&'static str],
}

/// The questions of a stage, in the order they are asked.
pub(super) fn plan(stage: Stage) -> &'static [Topic] {
    use Topic::*;
    match stage {
        Stage::Requirements => &[Problem, Users, Capabilities, Outcomes, Rules, Qualities, Limits],
        Stage::Architecture => &[Platform, Integrations, Access, Data, Rollout, Failures],
        Stage::Scoping => &[Problem, Capabilities, Outcomes, Limits],
        Stage::TechnicalAnalysis | Stage::Stories => &[],
    }
}

/// How many topics must be settled before the first document is written unasked.
pub(super) fn enough(stage: Stage) -> usize {
    match stage {
        Stage::Requirements => 5,
        Stage::Architecture => 6,
        _ => plan(stage).len(),
    }
}

/// The topic whose question ends an earlier reply; text inside documents does not count.
pub(super) fn asked_in(reply: &str) -> Option<Topic> {
    let spoken = reply.rsplit("</artefact>").next().unwrap_or_default();
    ALL.iter()
        .filter_map(|topic| spoken.rfind(topic.question().ask).map(|at| (at, *topic)))
        .max_by_key(|(at, _)| *at)
        .map(|(_, topic)| topic)
}

/// Every topic.
pub(super) const ALL: [Topic; 13] = [
    Topic::Problem,
    Topic::Users,
    Topic::Capabilities,
    Topic::Outcomes,
    Topic::Qualities,
    Topic::Rules,
    Topic::Limits,
    Topic::Platform,
    Topic::Integrations,
    Topic::Access,
    Topic::Data,
    Topic::Failures,
    Topic::Rollout,
];

impl Topic {
    /// How the topic is asked.
    pub(super) fn question(self) -> &'static Question {
        match self {
            Topic::Problem => &PROBLEM,
            Topic::Users => &USERS,
            Topic::Capabilities => &CAPABILITIES,
            Topic::Outcomes => &OUTCOMES,
            Topic::Qualities => &QUALITIES,
            Topic::Rules => &RULES,
            Topic::Limits => &LIMITS,
            Topic::Platform => &PLATFORM,
            Topic::Integrations => &INTEGRATIONS,
            Topic::Access => &ACCESS,
            Topic::Data => &DATA,
            Topic::Failures => &FAILURES,
            Topic::Rollout => &ROLLOUT,
        }
    }
}

const PROBLEM: Question = Question {
    ask: "What goes wrong today, and why does it matter now?",
    why: "Everything else is weighed against this: a function that does not help with it can wait.",
    example: "“Patients wait ten minutes on the phone to get an appointment, and one in five gives up. Our phone contract ends in March.”",
    open: "What is the problem that this phase solves, and why now?",
    owner: "SDM",
    name: "the problem",
    labels: &[
        "problem",
        "why",
        "why now",
        "background",
        "motivation",
        "situation",
        "pain",
        "pain points",
        "problem and why now",
        "purpose",
    ],
    cues: &[
        "today",
        "currently",
        "at the moment",
        "problem",
        "suffer",
        "suffers",
        "too long",
        "manually",
        "by hand",
        "by phone",
        "spreadsheet",
        "spreadsheets",
        "waste",
        "wastes",
        "complain",
        "complains",
        "error-prone",
        "no way to",
        "too slow",
        "give up",
        "gives up",
        "lose",
        "losing",
        "on paper",
        "nobody knows",
    ],
};
const USERS: Question = Question {
    ask: "Who will use it, and what does each of them come for?",
    why: "Each group gets its own view, its own permissions and its own idea of what “good” is.",
    example: "“Patients, who want an appointment soon; receptionists, who keep the calendar; and doctors, who look at their day.”",
    open: "Which groups of people use it, and what does each need?",
    owner: "SDM",
    name: "the users",
    labels: &[
        "users",
        "user",
        "user groups",
        "personas",
        "audience",
        "actors",
        "roles",
        "who",
        "stakeholders",
        "people",
    ],
    cues: &["used by", "users are", "our users", "the users"],
};
const CAPABILITIES: Question = Question {
    ask: "What must people be able to do with it?",
    why: "Each thing becomes a requirement with acceptance criteria. One line for each is best; say “should” or “nice to have” where it is not a must.",
    example: "“Patients can book an appointment online. Patients can cancel up to 24 hours before. Doctors can see their day. Nice to have: export the calendar.”",
    open: "Which functions must the first version offer?",
    owner: "SDM",
    name: "what people must be able to do",
    labels: &[
        "features",
        "functions",
        "capabilities",
        "functional requirements",
        "scope",
        "in scope",
        "in",
        "must have",
        "user stories",
        "what it does",
        "acceptance criteria",
    ],
    cues: &["can", "able to", "let", "lets", "allow", "allows", "want to", "wants to", "need to", "needs to"],
};
const OUTCOMES: Question = Question {
    ask: "How will you know, three months after launch, that it worked?",
    why: "A number makes it possible to say “done” later, and to refuse what does not move it.",
    example: "“Half of all appointments are booked online, and calls to the front desk fall by 30 %.”",
    open: "By which number will we know that it worked?",
    owner: "SDM",
    name: "how success will show",
    labels: &[
        "outcome",
        "outcomes",
        "goal",
        "goals",
        "success",
        "success measures",
        "success criteria",
        "measures",
        "metrics",
        "kpi",
        "kpis",
        "objectives",
        "outcomes and success measures",
    ],
    cues: &[
        "reduce",
        "reduces",
        "increase",
        "fewer",
        "halve",
        "success",
        "goal",
        "goals",
        "measured by",
        "fall by",
        "falls by",
        "drop by",
        "grow by",
        "cut by",
    ],
};
const QUALITIES: Question = Question {
    ask: "How fast, how available and how safe must it be, and for how many people?",
    why: "Numbers here decide the architecture and the cost; whatever you leave open I fill with a marked assumption.",
    example: "“Pages within 1 second, 99.5 % available in opening hours, 300 people at once, health data only for those treating.”",
    open: "Which numbers for speed, availability, load and protection hold?",
    owner: "Architect",
    name: "speed, availability and safety",
    labels: &[
        "quality",
        "qualities",
        "non-functional requirements",
        "non-functional",
        "nfr",
        "nfrs",
        "performance",
        "availability",
        "quality attributes",
        "accessibility",
    ],
    cues: &[
        "response time",
        "uptime",
        "availability",
        "available",
        "concurrent",
        "at once",
        "at the same time",
        "per day",
        "a day",
        "per second",
        "wcag",
        "accessible",
        "encrypted",
        "p95",
        "milliseconds",
        "ms",
        "within one second",
        "seconds",
    ],
};
const RULES: Question = Question {
    ask: "Which rules must always hold, and what should happen when something goes wrong?",
    why: "Most surprises in a project hide here: double entries, late changes, a service that is down.",
    example: "“A slot is never booked twice. Cancelling is free until 24 hours before. If the text message service is down, send an e-mail instead.”",
    open: "Which rules must always hold, and how are failures handled?",
    owner: "SDM",
    name: "rules and failure cases",
    labels: &["rules", "business rules", "edge cases", "failures", "failure cases", "exceptions", "policies"],
    cues: &[
        "never",
        "only",
        "at most",
        "no more than",
        "not allowed",
        "must not",
        "may not",
        "cannot",
        "can't",
        "is down",
        "fails",
        "offline",
        "unavailable",
    ],
};
const LIMITS: Question = Question {
    ask: "What limits us (deadline, budget, laws, technology), and what is deliberately left out?",
    why: "Limits steer every later decision, and a clear “not this time” keeps the phase small.",
    example: "“Live by 1 March, hosted in the EU, GDPR applies, PostgreSQL as before. Not this time: payments, a native app.”",
    open: "Which constraints apply, and what is deliberately left out?",
    owner: "SDM",
    name: "limits and non-goals",
    labels: &[
        "constraints",
        "constraint",
        "limits",
        "deadline",
        "budget",
        "non-goals",
        "non goals",
        "out of scope",
        "out",
        "not in scope",
        "excluded",
        "regulation",
        "compliance",
        "stack",
        "technology",
        "conventions",
        "timeline",
        "hosting",
    ],
    cues: &[
        "deadline",
        "budget",
        "gdpr",
        "hipaa",
        "pci",
        "out of scope",
        "not in scope",
        "not part of",
        "go live",
        "live by",
        "must run on",
        "must use",
        "no later than",
        "regulation",
        "comply",
        "hosted in",
        "not this time",
        "by the end of",
    ],
};
const PLATFORM: Question = Question {
    ask: "Where will it run, and with which technology?",
    why: "It sets the frame for every component; staying with what the team knows is usually the cheapest decision.",
    example: "“One Rust service with PostgreSQL and a TypeScript web app, in containers on our own servers.”",
    open: "On which platform and technology is it built?",
    owner: "Architect",
    name: "the platform",
    labels: &["stack", "technology", "tech stack", "platform", "runtime", "infrastructure", "hosting", "technologies"],
    cues: &[
        "rust",
        "java",
        "kotlin",
        "python",
        "django",
        "node",
        "typescript",
        "react",
        "angular",
        "vue",
        "postgresql",
        "postgres",
        "mysql",
        "sqlite",
        "mongodb",
        "aws",
        "azure",
        "gcp",
        "kubernetes",
        "docker",
        "spring",
        "golang",
        "php",
        "laravel",
        "rails",
        "on-premises",
        "on premises",
        "serverless",
    ],
};
const INTEGRATIONS: Question = Question {
    ask: "Which other systems does it talk to, and for what?",
    why: "Every system outside our control needs a contract, a time-out and a plan for the day it is down.",
    example: "“The practice system for calendars (REST), an SMS gateway for reminders, our identity provider for sign-in.”",
    open: "Which other systems does it exchange data with?",
    owner: "Architect",
    name: "other systems",
    labels: &["integrations", "integration", "integration surfaces", "external systems", "interfaces", "third parties"],
    cues: &[
        "integrate",
        "integrates",
        "integration",
        "webhook",
        "stripe",
        "paypal",
        "twilio",
        "sms gateway",
        "erp",
        "crm",
        "sap",
        "talks to",
        "smtp",
        "ldap",
        "active directory",
    ],
};
const ACCESS: Question = Question {
    ask: "How do people sign in, and who may do what?",
    why: "Permissions touch every component, and are expensive to add later.",
    example: "“Staff sign in with single sign-on; patients with a link by e-mail. A patient sees only their own data, a doctor their own patients.”",
    open: "How do people sign in, and who may do what?",
    owner: "Architect",
    name: "sign-in and permissions",
    labels: &[
        "access",
        "authentication",
        "authorisation",
        "authorization",
        "sign-in",
        "permissions",
        "identity",
        "roles and permissions",
    ],
    cues: &[
        "sign in",
        "signs in",
        "single sign-on",
        "sso",
        "oauth",
        "oidc",
        "saml",
        "log in",
        "password",
        "passwords",
        "mfa",
        "two-factor",
        "magic link",
    ],
};
const DATA: Question = Question {
    ask: "What data is kept, for how long, and what of it is sensitive?",
    why: "It decides the data model, encryption, back-ups and what the law asks of us.",
    example: "“Appointments for ten years, contact details until the patient leaves; the reason for a visit is health data.”",
    open: "What is kept, for how long, and what of it is sensitive?",
    owner: "Architect",
    name: "data and retention",
    labels: &["data", "data model", "data models", "retention", "privacy", "data protection"],
    cues: &[
        "personal data",
        "sensitive",
        "retention",
        "kept for",
        "keep for",
        "backup",
        "backups",
        "back-ups",
        "health data",
        "anonymise",
        "anonymised",
    ],
};
const FAILURES: Question = Question {
    ask: "What must still work when a part of it, or a system it depends on, is down?",
    why: "This is where time-outs, queues and honest error messages are decided, before they are needed.",
    example: "“Viewing the day must always work. Reminders may be late by an hour. If the practice system is down, bookings wait in a queue.”",
    open: "What must still work when a part is down?",
    owner: "Architect",
    name: "behaviour under failure",
    labels: &[
        "failures",
        "failure",
        "resilience",
        "degradation",
        "edge and failure cases",
        "edge cases",
        "failure cases",
    ],
    cues: &[
        "fails",
        "is down",
        "are down",
        "unavailable",
        "offline",
        "retry",
        "retries",
        "time-out",
        "timeout",
        "queue",
    ],
};
const ROLLOUT: Question = Question {
    ask: "How does it go live: which environments, all at once or in steps, and how do we go back?",
    why: "A way back makes it safe to go forward, and the order of migrations follows from it.",
    example: "“Test and production. Pilot with one clinic for two weeks, then all. A feature flag switches back to the old form.”",
    open: "How does it go live, and how do we go back?",
    owner: "Architect",
    name: "going live",
    labels: &[
        "deployment",
        "deployment strategy",
        "rollout",
        "roll-out",
        "release",
        "environments",
        "go-live",
        "operations",
    ],
    cues: &[
        "staging",
        "blue-green",
        "canary",
        "feature flag",
        "feature flags",
        "roll back",
        "rollback",
        "go live",
        "pilot",
        "big bang",
        "ci/cd",
        "in steps",
    ],
};
