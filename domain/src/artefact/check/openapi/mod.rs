//! An OpenAPI fragment is valid and stands on its own. What is checked is its structure: version, info, paths, operations,
//! parameters, responses, and that each `$ref` leads to something inside.
//!
//! A fragment is a code fence in YAML or JSON that says `openapi` or `paths` at its top, or whose language says so.

mod operations;
mod validate;
mod yaml;

use super::finding::Found;
use super::reading::Reading;
use crate::artefact::fences::Fence;

/// What is longer is not read: nobody reviews it in a document, and nobody shall wait for it.
const LONGEST: usize = 256 * 1024;

pub(super) fn find(reading: &Reading<'_>) -> Vec<Found> {
    let fragments = reading.fences.iter().filter(|fence| is_fragment(fence));
    (1..).zip(fragments).flat_map(|(number, fence)| wrong_with(number, fence)).collect()
}

fn wrong_with(number: usize, fence: &Fence) -> Vec<Found> {
    let found = |key: &str, line, text| Found::named(format!("{number}{key}"), line, text);
    if fence.text.len() > LONGEST {
        let text = format!("The OpenAPI fragment is over {LONGEST} bytes: split it, or name the file it is in");
        return vec![found("", fence.line, text)];
    }
    match yaml::read(&fence.language, &fence.text) {
        Err(unreadable) => {
            let text = format!("The OpenAPI fragment can't be read: {}", unreadable.why);
            vec![found("", fence.line + unreadable.line, text)]
        }
        Ok(fragment) => validate::validate(&fragment.value)
            .into_iter()
            .map(|wrong| {
                let at = if wrong.pointer.is_empty() { String::new() } else { format!(" at {}", wrong.pointer) };
                let text = format!("OpenAPI{at}: {}", wrong.text);
                found(&wrong.pointer, fence.line + fragment.line_of(&wrong.pointer), text)
            })
            .collect(),
    }
}

fn is_fragment(fence: &Fence) -> bool {
    let begins = |marks: &[&str]| fence.text.lines().any(|line| marks.iter().any(|mark| line.starts_with(mark)));
    match fence.language.as_str() {
        "openapi" | "oas" | "swagger" => true,
        "yaml" | "yml" | "" => begins(&["openapi:", "swagger:", "paths:", "\"openapi\":", "\"paths\":"]),
        "json" | "json5" | "jsonc" => {
            let says =
                |key: &str| fence.text.lines().any(|line| line.trim_start_matches([' ', '\t', '{']).starts_with(key));
            says("\"openapi\"") || says("\"swagger\"") || (says("\"paths\"") && says("\"info\""))
        }
        _ => false,
    }
}
