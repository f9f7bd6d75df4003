//! What a submission is held to, beyond what the checker says of any document.

use std::collections::{BTreeMap, BTreeSet};

use super::Submission;
use super::cited::Cited;
use super::code_reference::Commit;
use super::document::{Document, Written};
use super::problem::Problems;
use super::reading::{Named, ReadSidecar};
use super::sidecar::AssetStatus;
use crate::artefact::ids::Ids;
use crate::artefact::parse::requirements;
use crate::artefact::reference::{Prefix, Reference};
use crate::stage::Stage;

/// A submission, read once for all rules.
pub(super) struct Reading<'a> {
    pub(super) submission: Submission<'a>,
    pub(super) document: Document,
    pub(super) sidecar: Option<ReadSidecar>,
    /// The ids of the approved requirements.
    pub(super) approved: Ids,
}

impl Reading<'_> {
    /// Everything that the rules find.
    pub(super) fn tell(&self, problems: &mut Problems) {
        self.requirements_version(problems);
        self.asset_map(problems);
        self.repositories(problems);
        self.written_evidence(problems);
        self.recommendation(problems);
        if let Some(sidecar) = &self.sidecar {
            self.sidecar_ids(sidecar, problems);
            self.cited_evidence(sidecar, problems);
            self.findings(sidecar, problems);
        }
    }

    fn requirements_version(&self, problems: &mut Problems) {
        let current = self.submission.requirements.version;
        let named = self.sidecar.as_ref().and_then(|sidecar| sidecar.requirements_version);
        if let Some(named) = named.filter(|named| *named != current) {
            let text = format!(
                "names requirements version {named}, and version {current} is approved now: read it, mend the analysis, then submit with {current}"
            );
            problems.field("requirements-stale", "/sidecar/requirements_version", text);
        }
    }

    /// Every requirement has a row, here and in the sidecar, with a status that is one.
    fn asset_map(&self, problems: &mut Problems) {
        let document = &self.document;
        for (line, requirement, status) in &document.asset_map {
            if AssetStatus::of_word(status).is_none() && requirement.prefix == Prefix::R {
                let text = format!(
                    "{requirement} has the status “{}”: it is one of exists, extend, missing, unknown",
                    short(status)
                );
                problems.document("asset-status", *line, document.section_at(*line), text);
            }
        }
        let wanted: Vec<Reference> =
            requirements(self.submission.requirements.markdown).into_iter().map(|it| it.id).collect();
        let wanted = wanted.iter().filter(|id| id.prefix == Prefix::R && id.part.is_none());
        let line = document.line_of("asset map");
        for requirement in wanted {
            let is_it = |id: Reference| id.whole() == *requirement;
            if !document.asset_map.iter().any(|(_, id, _)| is_it(*id)) {
                let text = format!(
                    "{requirement} has no row in the asset map: say what carries it today, or that it is missing or unknown"
                );
                problems.document("requirement-not-mapped", line, document.section_at(line), text);
            }
            if let Some(sidecar) = &self.sidecar
                && !sidecar.asset_map.iter().any(|(id, ..)| is_it(*id))
            {
                problems.field("requirement-not-mapped", "/sidecar/asset_map", format!("has no row for {requirement}"));
            }
        }
    }

    /// Repositories have whole commits, are named once, and are the same wherever they are named.
    fn repositories(&self, problems: &mut Problems) {
        for (index, repository) in self.submission.repositories.iter().enumerate() {
            if let Err(error) = repository.commit.parse::<Commit>() {
                problems.field("commit-shortened", format!("/source/repositories/{index}/commit"), error.to_string());
            }
        }
        let Some(sidecar) = &self.sidecar else { return };
        let mut seen = BTreeSet::new();
        for (index, repository) in sidecar.repositories.iter().enumerate() {
            let pointer = format!("/sidecar/repositories/{index}");
            if !seen.insert(repository.name.as_str()) {
                problems.field("repository-twice", &pointer, format!("names {} a second time", repository.name));
            }
            let told = self.submission.repositories.iter().find(|told| told.name == repository.name);
            if let Some(told) = told.filter(|told| !told.commit.eq_ignore_ascii_case(repository.commit.as_str())) {
                let text =
                    format!("is {} here and {} in the source; say one commit", repository.commit, short(&told.commit));
                problems.field("contradiction", format!("{pointer}/commit"), text);
            }
        }
    }

    /// Evidence of the document says all that is needed to find it again.
    fn written_evidence(&self, problems: &mut Problems) {
        let document = &self.document;
        let rests_on_code = document.asset_map.iter().any(|(_, _, status)| {
            matches!(AssetStatus::of_word(status), Some(AssetStatus::Exists | AssetStatus::Extend))
        });
        if rests_on_code && document.evidence.is_empty() {
            let line = document.line_of("evidence");
            let text = "says that something exists and cites no code: add E-1 as `repository@commit:path#L12-L40` with `sha256:` and the hash of the lines";
            problems.document("evidence-missing", line, document.section_at(line), text);
        }
        for (line, written) in &document.evidence {
            let section = document.section_at(*line);
            for (rule, text) in lacking(written) {
                problems.document(rule, *line, section, text);
            }
            if let Some(repository) = written.cited.repository.as_deref().filter(|name| !self.lists(name)) {
                let text = format!(
                    "{} is from {repository}, which is not among the repositories that are named with the submission",
                    written.id
                );
                problems.document("repository-unlisted", *line, section, text);
            }
        }
    }

    /// Whether a repository is named with the submission.
    fn lists(&self, name: &str) -> bool {
        let mut in_source = self.submission.repositories.iter();
        let in_sidecar =
            self.sidecar.as_ref().is_some_and(|sidecar| sidecar.repositories.iter().any(|it| it.name == name));
        in_sidecar || in_source.any(|it| it.name == name)
    }

    /// One of the options is recommended, and it is the same in both.
    fn recommendation(&self, problems: &mut Problems) {
        let document = &self.document;
        if let Some((line, words)) = &document.options
            && !words.contains("recommend")
        {
            let text = "recommends none of the options: say which one, and why";
            problems.document("recommendation-missing", *line, document.section_at(*line), text);
        }
        let Some(sidecar) = &self.sidecar else { return };
        let recommended: Vec<_> = sidecar.options.iter().enumerate().filter(|(_, option)| option.recommended).collect();
        match recommended.as_slice() {
            [] if sidecar.options.is_empty() => {}
            [] => problems.field("recommendation-missing", "/sidecar/options", "recommends none of the options"),
            [(index, option)] => {
                if !document.words.contains(option.title.to_lowercase().trim()) {
                    let text = "is recommended here, and the document does not name an option of this title";
                    problems.field("contradiction", format!("/sidecar/options/{index}/title"), text);
                }
            }
            [_, (second, _), ..] => {
                let text = "is recommended beside another; recommend one";
                problems.field("recommendation-missing", format!("/sidecar/options/{second}/recommended"), text);
            }
        }
    }

    /// The sidecar names only what the approved requirements define, and maps it as the document does.
    fn sidecar_ids(&self, sidecar: &ReadSidecar, problems: &mut Problems) {
        for (id, pointer, _) in &sidecar.asset_map {
            self.known(*id, pointer, problems);
        }
        let statuses = |of: Vec<(Reference, AssetStatus)>| {
            let mut by_id: BTreeMap<Reference, BTreeSet<AssetStatus>> = BTreeMap::new();
            for (id, status) in of {
                by_id.entry(id).or_default().insert(status);
            }
            by_id
        };
        let document = &self.document.asset_map;
        let written =
            statuses(document.iter().filter_map(|(_, id, word)| Some((*id, AssetStatus::of_word(word)?))).collect());
        let told = statuses(sidecar.asset_map.iter().map(|(id, _, mapped)| (*id, mapped.status)).collect());
        let spoken = |all: &BTreeSet<AssetStatus>| all.iter().map(|it| it.as_str()).collect::<Vec<_>>().join(", ");
        for (id, pointer, _) in &sidecar.asset_map {
            if let (Some(here), Some(there)) = (told.get(id), written.get(id))
                && here != there
            {
                let text = format!("maps {id} as {}, and the document as {}", spoken(here), spoken(there));
                problems.field("contradiction", pointer, text);
            }
        }
    }

    /// An id of the approved requirements; what is none is told.
    fn known(&self, id: Reference, pointer: &str, problems: &mut Problems) {
        if self.approved.live.contains(&id) {
            return;
        }
        let version = self.submission.requirements.version;
        let text = if self.approved.is_retired(id) {
            format!("{id} is retired in the approved requirements (version {version}): name what replaced it")
        } else {
            format!("{id} is not in the approved requirements (version {version}): correct the id")
        };
        problems.field("unknown-requirement", pointer, text);
    }

    /// Evidence of the sidecar is defined once, is the document's, and says the same.
    fn cited_evidence(&self, sidecar: &ReadSidecar, problems: &mut Problems) {
        let mut seen = BTreeSet::new();
        for (pointer, cited) in &sidecar.evidence {
            if let Some(repository) = cited.repository.as_deref().filter(|name| !self.lists(name)) {
                let text =
                    format!("{repository} is not among the repositories of the sidecar; list it, with its commit");
                problems.field("repository-unlisted", format!("{pointer}/repository"), text);
            }
            let Some(id) = cited.id else { continue };
            if !seen.insert(id) {
                problems.field(
                    "duplicate-evidence",
                    format!("{pointer}/id"),
                    format!("{id} stands here a second time"),
                );
                continue;
            }
            match self.written(id) {
                None => {
                    let text = format!("{id} is not in the document; add it to its evidence, or leave it out here");
                    problems.field("dangling-evidence", format!("{pointer}/id"), text);
                }
                Some(written) => {
                    let differs = written.cited.differs(cited);
                    if !differs.is_empty() {
                        let text =
                            format!("{id} has another {} here than in the document", differs.join(" and another "));
                        problems.field("contradiction", pointer, text);
                    }
                }
            }
        }
        for (line, written) in &self.document.evidence {
            if !sidecar.evidence.is_empty() && !seen.contains(&written.id) {
                let text = format!("{} is in the document and not in the sidecar", written.id);
                problems.document("contradiction", *line, self.document.section_at(*line), text);
            }
        }
    }

    /// Findings are about what is approved, and their evidence is there.
    fn findings(&self, sidecar: &ReadSidecar, problems: &mut Problems) {
        let cites = |id: Reference| sidecar.evidence.iter().any(|(_, cited)| cited.id == Some(id));
        for (pointer, finding) in &sidecar.findings {
            self.known(finding.reference, &format!("{pointer}/ref"), problems);
            for (place, named) in &finding.evidence {
                match named {
                    Named::Id(id) if !cites(*id) && self.written(*id).is_none() => {
                        problems.field("dangling-evidence", place, format!("{id} is nowhere among the evidence"));
                    }
                    Named::Place(code) if !self.lists(&code.repository) => {
                        let text = format!("{} is not among the repositories of the sidecar", code.repository);
                        problems.field("repository-unlisted", place, text);
                    }
                    Named::Id(_) | Named::Place(_) => {}
                }
            }
        }
    }

    /// A piece of evidence of the document.
    pub(super) fn written(&self, id: Reference) -> Option<&Written> {
        self.document.evidence.iter().map(|(_, written)| written).find(|written| written.id == id)
    }
}

/// The ids of the approved requirements.
pub(super) fn approved_ids(markdown: &str) -> Ids {
    Ids::of(Stage::Requirements, markdown)
}

/// What a piece of evidence does not say, or not so that it can be read.
fn lacking(written: &Written) -> Vec<(&'static str, String)> {
    let Written { id, cited, in_one, unreadable } = written;
    let Cited { repository, commit, path, lines, sha256, .. } = cited;
    let form = "write it as `repository@commit:path#L12-L40` with `sha256:` and the hash of the lines";
    let parts = [
        ("evidence-repository", "repository", "its repository", repository.is_some()),
        ("evidence-commit", "commit", "the commit", commit.is_some()),
        ("evidence-path", "path", "the file", path.is_some()),
        ("evidence-lines", "lines", "the lines", lines.is_some()),
        ("evidence-hash", "hash", "the hash of the lines", sha256.is_some()),
    ];
    let mut found: Vec<_> = unreadable.iter().map(|(part, why)| (rule_of(part), format!("{id}: {why}"))).collect();
    let is_told = |part: &str| {
        (*in_one && !unreadable.is_empty() && part != "hash") || unreadable.iter().any(|(told, _)| *told == part)
    };
    found.extend(
        parts
            .into_iter()
            .filter(|(_, part, _, there)| !there && !is_told(part))
            .map(|(rule, _, what, _)| (rule, format!("{id} does not say {what}: {form}"))),
    );
    found
}

fn rule_of(part: &str) -> &'static str {
    match part {
        "repository" => "evidence-repository",
        "commit" => "evidence-commit",
        "path" => "evidence-path",
        "lines" => "evidence-lines",
        _ => "evidence-incomplete",
    }
}

/// Words of a document in a message.
fn short(text: &str) -> String {
    text.chars().take(60).collect()
}
