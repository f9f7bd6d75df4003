//! A sidecar as it came, read as far as it can be.

use std::collections::BTreeSet;

use serde_json::Value;

use super::cited::Cited;
use super::code_reference::{BadCodeReference, CodeReference, LineRange, repository_name};
use super::json::{At, Members};
use super::problem::Problems;
use super::sidecar::{AnalysisOption, AssetStatus, MappedAsset, Sidecar, SidecarFinding, SidecarRepository};
use crate::artefact::check::Severity;
use crate::artefact::reference::{Prefix, Reference};

/// Most rows, findings and pieces of evidence, and longest texts of them.
const MOST_REPOSITORIES: usize = 50;
const MOST_ASSETS: usize = 2_000;
const MOST_OPTIONS: usize = 20;
/// Most findings that one submission may raise.
pub(super) const MOST_FINDINGS: usize = 50;
/// Most places of code that one finding may cite.
pub const MOST_CITED: usize = 20;
const MOST_EVIDENCE: usize = 1_000;
const SHORT: usize = 400;
const LONG: usize = 8 * 1024;

/// What could be read of a sidecar.
#[derive(Debug)]
pub(super) struct ReadSidecar {
    pub(super) requirements_version: Option<u32>,
    pub(super) repositories: Vec<SidecarRepository>,
    pub(super) asset_map: Vec<(Reference, String, MappedAsset)>,
    pub(super) options: Vec<AnalysisOption>,
    pub(super) findings: Vec<(String, ReadFinding)>,
    pub(super) evidence: Vec<(String, Cited)>,
}

/// A finding, with its evidence by whatever it is named.
#[derive(Debug)]
pub(super) struct ReadFinding {
    pub(super) reference: Reference,
    pub(super) severity: Severity,
    pub(super) text: String,
    pub(super) evidence: Vec<(String, Named)>,
}

/// How a finding names evidence.
#[derive(Debug, Clone)]
pub(super) enum Named {
    /// By the id of a piece of the document's.
    Id(Reference),
    /// By the place.
    Place(CodeReference),
}

/// Reads a sidecar; nothing where it is no object at all.
pub(super) fn read(value: &Value, problems: &mut Problems) -> Option<ReadSidecar> {
    let at = At { value, pointer: "/sidecar".to_owned() };
    let known = ["requirements_version", "repositories", "asset_map", "options", "findings", "evidence"];
    let members = at.members(&known, problems)?;
    let requirements_version = members.number("requirements_version", problems);
    if members.get("requirements_version").is_none() {
        let missing = "must name the version of the requirements that the analysis was written on";
        problems.field("requirements-stale", members.pointer_to("requirements_version"), missing);
    }
    let each = |name, most, problems: &mut Problems| members.items(name, most, problems);
    let repositories = each("repositories", MOST_REPOSITORIES, problems);
    let asset_map = each("asset_map", MOST_ASSETS, problems);
    let options = each("options", MOST_OPTIONS, problems);
    let findings = each("findings", MOST_FINDINGS, problems);
    let evidence = each("evidence", MOST_EVIDENCE, problems);
    Some(ReadSidecar {
        requirements_version,
        repositories: repositories.iter().filter_map(|at| repository(at, problems)).collect(),
        asset_map: asset_map.iter().filter_map(|at| asset(at, problems)).collect(),
        options: options.iter().filter_map(|at| option(at, problems)).collect(),
        findings: findings.iter().filter_map(|at| finding(at, problems)).collect(),
        evidence: evidence.iter().filter_map(|at| cited(at, problems)).collect(),
    })
}

fn repository(at: &At<'_>, problems: &mut Problems) -> Option<SidecarRepository> {
    let members = at.members(&["name", "remote", "branch", "commit"], problems)?;
    let name = named_repository(&members, "name", problems);
    let remote = members.optional_text("remote", SHORT, problems);
    let branch = members.optional_text("branch", SHORT, problems);
    let missing = "must name the commit that was read, with all its digits";
    let commit = members.parsed("commit", "commit-shortened", missing, problems);
    Some(SidecarRepository { name: name?, remote, branch, commit: commit? })
}

fn named_repository(members: &Members<'_>, name: &str, problems: &mut Problems) -> Option<String> {
    let text = members.text(name, SHORT, problems)?;
    let told =
        |error: BadCodeReference| problems.field("repository-unlisted", members.pointer_to(name), error.to_string());
    repository_name(&text).map_err(told).ok()
}

fn asset(at: &At<'_>, problems: &mut Problems) -> Option<(Reference, String, MappedAsset)> {
    let members = at.members(&["requirement", "asset", "status", "note"], problems)?;
    let missing = "must name the requirement, such as R-2";
    let requirement: Option<Reference> = members.parsed("requirement", "unknown-requirement", missing, problems);
    let asset = members.text("asset", SHORT, problems);
    let status = members.text("status", SHORT, problems).and_then(|word| {
        let status = AssetStatus::of_word(&word);
        if status.is_none() {
            problems.field("asset-status", members.pointer_to("status"), "is one of exists, extend, missing, unknown");
        }
        status
    });
    let note = members.optional_text("note", LONG, problems);
    let requirement = requirement?;
    let mapped = MappedAsset { requirement: requirement.to_string(), asset: asset?, status: status?, note };
    Some((requirement, members.pointer_to("requirement"), mapped))
}

fn option(at: &At<'_>, problems: &mut Problems) -> Option<AnalysisOption> {
    let members = at.members(&["title", "summary", "recommended"], problems)?;
    let title = members.text("title", SHORT, problems);
    let summary = members.text("summary", LONG, problems);
    let recommended = members.flag("recommended", problems);
    Some(AnalysisOption { title: title?, summary: summary?, recommended })
}

fn finding(at: &At<'_>, problems: &mut Problems) -> Option<(String, ReadFinding)> {
    let members = at.members(&["ref", "severity", "text", "evidence"], problems)?;
    let missing = "must name the id that the finding is about, such as R-2";
    let reference: Option<Reference> = members.parsed("ref", "unknown-requirement", missing, problems);
    let severity = members.text("severity", SHORT, problems).and_then(|word| match word.as_str() {
        "blocking" => Some(Severity::Blocking),
        "advisory" => Some(Severity::Advisory),
        _ => {
            problems.field("finding-severity", members.pointer_to("severity"), "is blocking or advisory");
            None
        }
    });
    let text = members.text("text", LONG, problems);
    let evidence = members.items("evidence", MOST_CITED, problems);
    let evidence = evidence.iter().filter_map(|at| Some((at.pointer.clone(), named(at, problems)?))).collect();
    Some((at.pointer.clone(), ReadFinding { reference: reference?, severity: severity?, text: text?, evidence }))
}

fn named(at: &At<'_>, problems: &mut Problems) -> Option<Named> {
    let text = at.value.as_str().unwrap_or_default().trim();
    if let Some(id) = text.parse::<Reference>().ok().filter(|id| id.prefix == Prefix::E && id.part.is_none()) {
        return Some(Named::Id(id));
    }
    let told = |error: BadCodeReference| {
        let text = format!("is the id of a piece of evidence, such as E-3, or a place: {error}");
        problems.field("dangling-evidence", &at.pointer, text);
    };
    text.parse().map(Named::Place).map_err(told).ok()
}

fn cited(at: &At<'_>, problems: &mut Problems) -> Option<(String, Cited)> {
    let known = ["id", "repository", "commit", "path", "lines", "start", "end", "sha256", "quote"];
    let members = at.members(&known, problems)?;
    let id: Option<Reference> = members.parsed("id", "evidence-incomplete", "must be an id such as E-3", problems);
    let id = id.filter(|id| {
        let fits = id.prefix == Prefix::E && id.part.is_none();
        if !fits {
            problems.field("evidence-incomplete", members.pointer_to("id"), "must be an id such as E-3");
        }
        fits
    });
    let missing = "must name the commit that the lines are of, with all its digits";
    let cited = Cited {
        id,
        repository: named_repository(&members, "repository", problems),
        commit: members.parsed("commit", "evidence-commit", missing, problems),
        path: members.parsed("path", "evidence-path", "must be the file's path in the repository", problems),
        lines: lines(&members, problems),
        sha256: members.parsed("sha256", "evidence-hash", "must be the SHA-256 of the cited lines", problems),
        quote: members.optional_text("quote", LONG, problems),
    };
    Some((at.pointer.clone(), cited))
}

/// Lines as `"12-40"`, or as two numbers.
fn lines(members: &Members<'_>, problems: &mut Problems) -> Option<LineRange> {
    let (rule, missing) = ("evidence-lines", "must be the lines, as \"12-40\"");
    if members.get("start").is_none() && members.get("end").is_none() {
        return members.parsed("lines", rule, missing, problems);
    }
    if members.get("lines").is_some() {
        problems.field(rule, members.pointer_to("lines"), "stands beside start and end; say it once");
    }
    let (start, end) = (members.number("start", problems)?, members.number("end", problems));
    let range = LineRange::new(start, end.unwrap_or(start));
    range.map_err(|error| problems.field(rule, members.pointer_to("start"), error.to_string())).ok()
}

impl ReadSidecar {
    /// The sidecar, once nothing is wrong with it. Evidence of findings is named by its place, so that a finding can be
    /// read without the document.
    pub(super) fn whole(self, in_document: &dyn Fn(Reference) -> Option<CodeReference>) -> Option<Sidecar> {
        let own = |id: Reference| {
            self.evidence.iter().find_map(|(_, cited)| (cited.id == Some(id)).then(|| cited.place())?)
        };
        let findings = self.findings.iter().map(|(_, finding)| {
            let mut seen = BTreeSet::new();
            let places = finding.evidence.iter().filter_map(|(_, named)| match named {
                Named::Id(id) => own(*id).or_else(|| in_document(*id)),
                Named::Place(place) => Some(place.clone()),
            });
            SidecarFinding {
                reference: finding.reference.to_string(),
                severity: finding.severity,
                text: finding.text.clone(),
                evidence: places.filter(|place| seen.insert(place.clone())).collect(),
            }
        });
        let findings: Vec<_> = findings.collect();
        Some(Sidecar {
            requirements_version: self.requirements_version?,
            evidence: self.evidence.into_iter().map(|(_, cited)| cited.whole()).collect::<Option<_>>()?,
            findings,
            repositories: self.repositories,
            asset_map: self.asset_map.into_iter().map(|(.., mapped)| mapped).collect(),
            options: self.options,
        })
    }
}
