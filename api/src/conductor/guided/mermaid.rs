//! Mermaid diagrams whose syntax no word of a person can break.
//!
//! Labels are quoted and reduced to characters that mean nothing to Mermaid; names of nodes and of
//! entities are ours, made of ASCII letters and digits.

use super::wording::safe;

/// A text for a quoted label or a message line.
pub(super) fn label(text: &str) -> String {
    let mut plain = String::new();
    for c in safe(text).replace("&lt;", " ").chars() {
        match c {
            '"' | '\'' | '“' | '”' | '‘' | '’' | ';' | '#' | '&' | '<' | '>' | '{' | '}' | '[' | ']' | '(' | ')'
            | '|' | '\\' | '%' | '`' | '~' | '$' | '^' => plain.push(' '),
            ':' => plain.push(','),
            _ => plain.push(c),
        }
    }
    let plain = plain.replace("--", " ").split_whitespace().collect::<Vec<_>>().join(" ");
    let short: String = plain.chars().take(80).collect();
    let short = short.trim().to_owned();
    if !short.chars().any(char::is_alphanumeric) {
        return "unnamed".to_owned();
    }
    // "end" alone closes a block in sequence diagrams.
    short
        .split(' ')
        .map(|word| if word.eq_ignore_ascii_case("end") { "End." } else { word })
        .collect::<Vec<_>>()
        .join(" ")
}

/// An ASCII name for an entity, e.g. `MEDICAL_RECORD`; numbered where nothing is left of the word.
pub(super) fn entity(name: &str, number: usize) -> String {
    let ascii: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' }).collect();
    let ascii = ascii.split('_').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("_");
    if ascii.starts_with(|c: char| c.is_ascii_alphabetic()) && ascii.len() <= 40 {
        ascii
    } else {
        format!("ENTITY_{number}")
    }
}

/// A diagram as a fenced block.
pub(super) fn fenced(body: &str) -> String {
    format!("```mermaid\n{}\n```", body.trim_end())
}
