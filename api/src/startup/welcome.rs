//! What the program says on standard output: where it is, and how to sign in.

use std::io::Write as _;

use crate::identity::{DEMO_PASSWORD, DemoPerson};

/// Says something to whoever started the program. Nobody reading it is no failure.
pub(super) fn say(text: &str) {
    let _ = writeln!(std::io::stdout().lock(), "{text}");
}

/// The lines about signing in, then the one that says it is ready.
pub(super) fn welcome(url: &str, conductor: &str, demo_people: &[DemoPerson], setup_code: Option<&str>) {
    let mut lines = vec![String::new(), format!("Conductor: {conductor}")];
    if !demo_people.is_empty() {
        lines.push(format!("Sign in as one of these, on this machine only, with the password {}:", DEMO_PASSWORD));
        lines.extend(demo_people.iter().map(|person| format!("  {:<22} {}", person.email, person.role.title())));
    }
    if let Some(code) = setup_code {
        lines.push(format!("Nobody can sign in yet. Open {url}/setup and use this code, once."));
        lines.push(format!("Set-up code: {code}"));
    }
    lines.push(format!("Konductro is ready at {url}"));
    say(&lines.join("\n"));
}
