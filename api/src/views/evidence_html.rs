//! The auditor's pack as a page: no script, nothing from elsewhere, and good on paper.

use std::fmt::Write as _;

use time::OffsetDateTime;
use time::macros::format_description;

use super::evidence_pack::{EvidenceApproval, EvidenceEvent, EvidencePack, EvidenceVersion, Verification};
use super::moment::MomentStage;

const STYLE: &str = "body{font:14px/1.5 system-ui,sans-serif;max-width:72rem;margin:2rem auto;padding:0 1rem;color:#1c1a17;\
background:#faf8f4}h1{font-size:1.6rem}h2{font-size:1.15rem;margin-top:2rem}table{border-collapse:collapse;width:100%}\
th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;border-bottom:1px solid #ddd6ca}\
code,pre{font:12px/1.4 ui-monospace,monospace;overflow-wrap:anywhere;white-space:pre-wrap}\
.sound{color:#0b5d4e}.bad{color:#a3200d}@media print{body{background:#fff;margin:0}}";

/// The page.
pub fn html(pack: &EvidencePack) -> String {
    let mut page = Page(String::new());
    let title = format!("Evidence: {} (phase {})", pack.phase.title, pack.phase.number);
    page.raw("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">");
    page.raw("<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>");
    page.text(&title);
    page.raw(&format!("</title><style>{STYLE}</style></head><body><main><h1>"));
    page.text(&title);
    page.raw("</h1><p>");
    page.text(&format!("Made {} for {}.", moment(pack.made_at), pack.made_for.name));
    page.raw("</p>");
    verification(&mut page, &pack.verification);
    page.table("Stages", &["Stage", "State", "Where it stands"], pack.stages.iter().map(stage));
    let columns = ["Stage and version", "By", "When", "Exact text", "Open then", "Note"];
    page.table("Approvals", &columns, pack.approvals.iter().map(approval));
    let columns = ["Stage and version", "Origin", "Added", "Conductor's share", "Exact text"];
    page.table("Versions", &columns, pack.versions.iter().map(version));
    let columns = ["Position", "When", "What happened", "Leaf hash"];
    page.table("Everything that happened", &columns, pack.timeline.iter().map(event));
    page.raw("</main></body></html>\n");
    page.0
}

/// Text is always escaped; only what this file says itself is not.
struct Page(String);

impl Page {
    fn raw(&mut self, html: &str) {
        self.0.push_str(html);
    }

    fn text(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                other => self.0.push(other),
            }
        }
    }

    fn table(&mut self, title: &str, columns: &[&str], rows: impl Iterator<Item = Vec<String>>) {
        self.raw("<h2>");
        self.text(title);
        self.raw("</h2><table><thead><tr>");
        for column in columns {
            self.raw("<th scope=\"col\">");
            self.text(column);
            self.raw("</th>");
        }
        self.raw("</tr></thead><tbody>");
        for row in rows {
            self.raw("<tr>");
            for cell in row {
                self.raw("<td>");
                self.text(&cell);
                self.raw("</td>");
            }
            self.raw("</tr>");
        }
        self.raw("</tbody></table>");
    }
}

fn verification(page: &mut Page, found: &Verification) {
    page.raw("<h2>Verification</h2>");
    match found.first_bad {
        None => {
            page.raw("<p class=\"sound\"><strong>Sound.</strong> ");
            page.text(&format!(
                "All {} events are in the signed log of {} events, unchanged.",
                found.events, found.size
            ));
        }
        Some(position) => {
            page.raw("<p class=\"bad\"><strong>Altered.</strong> ");
            page.text(&format!("The event at position {position} is not what was signed."));
        }
    }
    page.raw("</p><p>The signed head, and the public key line:</p><pre>");
    page.text(&found.checkpoint);
    page.raw("</pre><pre>");
    page.text(&found.key);
    page.raw("</pre>");
}

fn stage(stage: &MomentStage) -> Vec<String> {
    vec![word(&stage.stage), word(&stage.state), stage.evidence.clone()]
}

fn approval(given: &EvidenceApproval) -> Vec<String> {
    let counts = if given.counts { "" } else { " (no longer counts)" };
    let mut open = String::new();
    for finding in &given.open_findings {
        let blocking = if finding.blocking { "blocking" } else { "advisory" };
        let waiver = finding.waiver.as_ref().map(|why| format!(", waived: {why}")).unwrap_or_default();
        // Writing to a string can't fail.
        let _ = writeln!(open, "{} ({blocking}{waiver})", finding.finding_id);
    }
    vec![
        format!("{} v{}, cycle {}{counts}", word(&given.stage), given.version, given.cycle),
        format!("{} as {}", given.by.name, word(&given.role)),
        moment(given.at),
        given.content_hash.clone(),
        if open.is_empty() { "nothing".to_owned() } else { open },
        given.note.clone().unwrap_or_default(),
    ]
}

fn version(version: &EvidenceVersion) -> Vec<String> {
    let about = &version.version;
    vec![
        format!("{} v{}: {}", word(&version.stage), about.version, about.title),
        word(&about.origin),
        moment(about.created_at),
        format!("{} %", version.share.conductor_percent),
        about.content_hash.clone(),
    ]
}

fn event(event: &EvidenceEvent) -> Vec<String> {
    let hash = event.leaf_hash.clone().unwrap_or_else(|| "missing".to_owned());
    vec![event.position.to_string(), moment(event.at), event.summary.clone(), hash]
}

/// The API's own name of a word, for people.
fn word(word: &impl serde::Serialize) -> String {
    super::conversation::word(word).replace('_', " ")
}

fn moment(at: OffsetDateTime) -> String {
    at.format(format_description!("[year]-[month]-[day] [hour]:[minute]:[second] UTC")).unwrap_or_default()
}
