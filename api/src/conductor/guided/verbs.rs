//! The verbs of everyday software, by what kind of promise each makes.
//!
//! The kind decides which acceptance criteria a requirement gets: to book something can fail in other
//! ways than to look at it.

/// What kind of function a verb names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    /// Something new comes to be.
    Create,
    /// Something existing becomes different.
    Change,
    /// Something ends.
    Remove,
    /// Something is shown.
    View,
    /// Something leaves as a file.
    Export,
    /// Somebody is told.
    Notify,
    /// Somebody is given something.
    Receive,
    /// Money moves.
    Pay,
    /// Somebody decides.
    Decide,
    /// Somebody gets in.
    Access,
    /// The system does it by itself.
    Automate,
    /// Anything else that somebody does.
    Other,
    /// No verb: a thing that is to be there.
    Provide,
}

const CREATE: &[&str] = &[
    "add",
    "apply",
    "attach",
    "book",
    "capture",
    "create",
    "enter",
    "file",
    "invite",
    "log",
    "make",
    "open",
    "order",
    "place",
    "post",
    "propose",
    "publish",
    "raise",
    "record",
    "register",
    "report",
    "request",
    "reserve",
    "scan",
    "schedule",
    "start",
    "store",
    "submit",
    "subscribe",
    "upload",
    "write",
    "comment",
    "rate",
    "reply",
    "ask",
    "leave",
    "keep",
    "hand",
    "donate",
    "enrol",
    "enroll",
    "save",
];
const CHANGE: &[&str] = &[
    "adjust",
    "change",
    "configure",
    "correct",
    "edit",
    "link",
    "mark",
    "maintain",
    "manage",
    "merge",
    "modify",
    "move",
    "organise",
    "organize",
    "plan",
    "rebook",
    "rename",
    "reopen",
    "reorder",
    "reschedule",
    "restore",
    "set",
    "sort",
    "split",
    "swap",
    "switch",
    "tag",
    "transfer",
    "update",
    "block",
    "unblock",
    "prioritise",
    "prioritize",
    "group",
    "extend",
    "renew",
    "postpone",
    "pause",
    "resume",
];
const REMOVE: &[&str] = &[
    "archive",
    "cancel",
    "close",
    "delete",
    "drop",
    "end",
    "erase",
    "remove",
    "stop",
    "undo",
    "unsubscribe",
    "withdraw",
    "return",
];
const VIEW: &[&str] = &[
    "browse", "check", "compare", "find", "filter", "follow", "inspect", "list", "look", "look up", "monitor", "read",
    "review", "search", "see", "show", "track", "view", "watch", "consult", "access", "discover", "explore", "know",
    "display",
];
const EXPORT: &[&str] = &["download", "export", "print"];
const NOTIFY: &[&str] =
    &["alert", "contact", "email", "inform", "message", "notify", "remind", "send", "share", "call", "warn", "chat"];
const RECEIVE: &[&str] = &["get", "receive", "be reminded", "be notified", "be informed", "be told"];
const PAY: &[&str] = &["buy", "charge", "checkout", "pay", "refund", "purchase", "sell", "invoice", "bill"];
const DECIDE: &[&str] = &[
    "accept",
    "approve",
    "assign",
    "authorise",
    "authorize",
    "choose",
    "confirm",
    "decide",
    "decline",
    "delegate",
    "pick",
    "reject",
    "select",
    "sign",
    "verify",
    "vote",
    "allocate",
];
const ACCESS: &[&str] = &["log in", "sign in", "sign up", "log out", "sign out", "login", "reset", "authenticate"];
const AUTOMATE: &[&str] = &[
    "calculate",
    "compute",
    "detect",
    "generate",
    "import",
    "sync",
    "synchronise",
    "synchronize",
    "suggest",
    "validate",
    "collect",
    "convert",
    "integrate",
    "match",
    "forecast",
    "recommend",
];
const OTHER: &[&str] = &[
    "use", "take", "give", "run", "complete", "finish", "do", "join", "play", "bring", "fill", "copy", "work",
    "connect", "answer", "test", "learn", "prepare", "deliver", "handle", "process", "provide", "offer", "support",
    "help",
];

const BY_KIND: [(Kind, &[&str]); 12] = [
    (Kind::Access, ACCESS),
    (Kind::Receive, RECEIVE),
    (Kind::View, VIEW),
    (Kind::Create, CREATE),
    (Kind::Change, CHANGE),
    (Kind::Remove, REMOVE),
    (Kind::Export, EXPORT),
    (Kind::Notify, NOTIFY),
    (Kind::Pay, PAY),
    (Kind::Decide, DECIDE),
    (Kind::Automate, AUTOMATE),
    (Kind::Other, OTHER),
];

/// The kind and the length in bytes of the verb that a lower-case phrase begins with.
pub(super) fn leading(phrase: &str) -> Option<(Kind, usize)> {
    BY_KIND.iter().find_map(|(kind, verbs)| {
        verbs
            .iter()
            .filter(|verb| begins_with(phrase, verb))
            .max_by_key(|verb| verb.len())
            .map(|verb| (*kind, verb.len()))
    })
}

fn begins_with(phrase: &str, verb: &str) -> bool {
    phrase.strip_prefix(verb).is_some_and(|rest| !rest.starts_with(|c: char| c.is_alphanumeric() || c == '-'))
}

/// Whether a lower-case word is a verb that we know.
pub(super) fn is_verb(word: &str) -> bool {
    leading(word).is_some_and(|(_, length)| length == word.len())
}

/// The base form of a lower-case word that is a verb, "books" included.
pub(super) fn base(word: &str) -> Option<String> {
    if is_verb(word) {
        return Some(word.to_owned());
    }
    let stems = [
        word.strip_suffix("ies").map(|stem| format!("{stem}y")),
        word.strip_suffix("es").map(str::to_owned),
        word.strip_suffix('s').map(str::to_owned),
    ];
    stems.into_iter().flatten().find(|stem| is_verb(stem))
}
