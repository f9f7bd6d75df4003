//! `konductro evidence`: references to code, with the hashes of their lines, from git's objects.

use std::path::Path;

use clap::Args;
use konductro_domain::artefact::submission::{CodeReference, LineRange};
use serde_json::{Value, json};

use crate::checkout::{Checkout, Lines, short};
use crate::cli::exit::{Exit, Failure};
use crate::cli::server::Output;

/// Cite lines of code: print their reference and hash, for the document or the sidecar. Nothing is sent anywhere.
#[derive(Debug, Args)]
pub(in crate::cli) struct Evidence {
    /// The file and its lines, such as src/capture.rs:41-88 or src/capture.rs#L41-L88.
    #[arg(required = true, value_name = "FILE:LINES")]
    places: Vec<String>,
    /// The commit, branch or tag to cite.
    #[arg(long, default_value = "HEAD")]
    commit: String,
    /// The repository's name; by default as its remote is called.
    #[arg(long)]
    repository: Option<String>,
    /// The number of the first piece of evidence, such as E-3; the others follow.
    #[arg(long, default_value = "E-1", value_parser = number)]
    id: u32,
    /// Print the lines too.
    #[arg(long)]
    quote: bool,
    #[command(flatten)]
    output: Output,
}

struct Found {
    id: String,
    place: CodeReference,
    lines: Lines,
}

impl Evidence {
    pub(in crate::cli) fn run(self) -> Result<(), Failure> {
        let folder = std::env::current_dir()?;
        let checkout = Checkout::find(&folder)?;
        let found =
            self.places.iter().zip(self.id..).map(|(typed, number)| self.find(&checkout, &folder, typed, number));
        let found = found.collect::<Result<Vec<_>, _>>()?;
        let entries = Value::Array(found.iter().map(|found| self.entry(found)).collect());
        self.output.print(&entries, || found.iter().map(|found| self.line(found)).collect())
    }

    /// As the document's Evidence section has it.
    fn line(&self, Found { id, place, lines }: &Found) -> String {
        let line = format!("- **{id}** `{place}` sha256:{}\n", lines.hash);
        if !self.quote {
            return line;
        }
        lines.text.lines().fold(line, |told, line| told + "      " + line + "\n")
    }

    fn find(&self, checkout: &Checkout, folder: &Path, typed: &str, number: u32) -> Result<Found, Failure> {
        let (path, lines) = split(typed)?;
        let commit = checkout.commit(&self.commit)?;
        let path = checkout.path_from(folder, path)?;
        let read = checkout.lines_at(&commit, &path, lines)?;
        if checkout.has_changes(&commit, &path)? {
            eprintln!("konductro: {path} differs from commit {}; the lines cited are the commit's", short(&commit));
        }
        let repository = self.repository.as_deref().unwrap_or(checkout.name());
        // Read back, so that what is printed is what the server will read.
        let place = CodeReference { repository: repository.to_owned(), commit, path, lines };
        let place = place.to_string().parse();
        let place = place.map_err(|error| usage(format!("{repository:?}: {error}; name it with --repository")))?;
        Ok(Found { id: format!("E-{number}"), place, lines: read })
    }

    fn entry(&self, Found { id, place, lines }: &Found) -> Value {
        let CodeReference { repository, commit, path, lines: range } = place;
        let mut entry = json!({
            "id": id,
            "repository": repository,
            "commit": commit,
            "path": path,
            "lines": range,
            "sha256": lines.hash,
        });
        if self.quote {
            entry["quote"] = lines.text.trim_end().into();
        }
        entry
    }
}

/// `src/x.rs:12-40`, `src/x.rs#L12-L40`, `src/x.rs:12`.
fn split(typed: &str) -> Result<(&str, LineRange), Failure> {
    let parts = typed.rsplit_once("#L").or_else(|| typed.rsplit_once(':'));
    let (path, lines) =
        parts.ok_or_else(|| usage(format!("{typed:?}: name the file and its lines, such as src/x.rs:12-40")))?;
    Ok((path, lines.parse().map_err(|error| usage(format!("{typed:?}: {error}")))?))
}

fn usage(why: String) -> Failure {
    Failure::new(Exit::Usage, why)
}

fn number(id: &str) -> Result<u32, String> {
    let number = id.strip_prefix("E-").unwrap_or(id).parse().ok().filter(|number| (1..1_000_000).contains(number));
    number.ok_or_else(|| "write E-1, E-2, …".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_file_and_its_lines() {
        for typed in ["src/x.rs:12-40", "src/x.rs#L12-L40", "src/x.rs:L12-L40"] {
            let split = split(typed).ok().map(|(path, lines)| (path, lines.first(), lines.last()));
            assert_eq!(split, Some(("src/x.rs", 12, 40)), "{typed}");
        }
        for typed in ["src/x.rs", "src/x.rs:", "src/x.rs:40-12", "src/x.rs:0"] {
            assert!(split(typed).is_err(), "{typed}");
        }
    }

    #[test]
    fn evidence_is_numbered() {
        assert_eq!((number("E-3"), number("7")), (Ok(3), Ok(7)));
        assert!(number("E-0").is_err() && number("x").is_err());
    }
}
