//! What an analysis must hold, in words for whoever writes one.

/// Its sections, and what belongs in each.
pub const SECTIONS: &[(&str, &str)] = &[
    (
        "Summary and verdict",
        "What was looked at, and whether the requirements can be built on it: ready, ready with changes, not ready.",
    ),
    ("The system as it is", "Structure, dependencies and patterns of the code that the requirements touch."),
    (
        "Requirement → asset map",
        "A table `| Requirement | Asset | Status | Note |` with a row for every R-n; the status is exists, extend, missing or unknown.",
    ),
    ("Integration surfaces", "Interfaces, events and jobs that are called, offered or changed."),
    ("Data", "Tables, documents and files, who owns them, and what has to be migrated."),
    ("Gaps and constraints", "What is missing, and what must not be broken."),
    (
        "Options and recommendation",
        "What could be done, what speaks for and against each, and which one is recommended.",
    ),
    ("Blast radius", "What else changes or may break."),
    ("Tests present", "Which tests cover the code that is touched, and which are missing."),
    ("Readiness for each N-n", "For every N-n, whether the code can meet it, and how one would know."),
    ("Effort and risk", "How much work each part is, and what could go wrong."),
    ("Questions back", "What only the people of the project can answer."),
    (
        "Evidence",
        "A table `| Id | Repository | Commit | Path | Lines | Hash | Quote |` with a row for every E-n, or a list of `- **E-1** repository@commit:path#L12-L40 sha256:… “quote”`.",
    ),
];

/// How code is cited.
pub const REFERENCE_FORM: &str = "repository@commit:path#L12-L40, with all 40 digits of the commit (64 in a SHA-256 repository) and the path from the repository's root";

/// How the hash of cited lines is made.
pub const HASH_FORM: &str = "SHA-256, in hex, over the cited lines in UTF-8, joined with \\n and ended by one \\n, without \\r at the ends of lines";

/// The JSON schema of the sidecar.
pub const SIDECAR_SCHEMA: &str = include_str!("sidecar.schema.json");
