//! What is said of a phase's stories as a set: a must requirement that none covers, and stories that wait for each other.
//!
//! Both advise: stories are decided one by one, and what is missing may be on its way.

use std::collections::{BTreeMap, BTreeSet};

use super::finding::{FindingId, Severity};
use crate::artefact::coverage::{Coverage, Covered, Matrix};
use crate::artefact::parse::Priority;
use crate::artefact::reference::Reference;
use crate::ids::ProposalId;
use sha2::{Digest, Sha256};

/// What is said of a set of stories.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoryFinding {
    /// Its id.
    pub id: FindingId,
    /// The rule's name.
    pub rule: &'static str,
    /// Whether it stops anything.
    pub severity: Severity,
    /// The requirement that it is about, where it is about one.
    pub requirement: Option<Reference>,
    /// The proposals that it is about, in order.
    pub proposals: Vec<ProposalId>,
    /// What is wrong, and what to do about it.
    pub text: String,
}

/// A must requirement that no story covers.
pub const MUST_WITHOUT_STORY: &str = "must-without-story";
/// Stories that wait for each other.
pub const DEPENDENCY_CYCLE: &str = "dependency-cycle";

/// Musts that nothing covers whole, in the order of the matrix. Before there is a story, nothing is said.
pub fn uncovered_musts(matrix: &Matrix) -> Vec<StoryFinding> {
    let musts = matrix.rows.iter().filter(|row| row.priority == Some(Priority::Must));
    musts
        .filter(|row| row.state != Coverage::Covered)
        .map(|row| {
            let missing = row.criteria.iter().filter(|(_, covered)| *covered == Covered::No);
            let missing: Vec<_> = missing.map(|(id, _)| id.to_string()).collect();
            let what = match row.state {
                Coverage::Partly => format!("no story covers {}", missing.join(", ")),
                Coverage::Uncovered | Coverage::Covered => "no story covers it".to_owned(),
            };
            let (requirement, title) = (row.id, &row.title);
            let text = format!(
                "{requirement} “{title}” is a must, and {what}: have one proposed, or let a criterion trace to it"
            );
            let id = id(MUST_WITHOUT_STORY, &row.id.to_string());
            let (rule, severity, requirement) = (MUST_WITHOUT_STORY, Severity::Advisory, Some(row.id));
            StoryFinding { id, rule, severity, requirement, proposals: Vec::new(), text }
        })
        .collect()
}

/// Groups of stories each of which waits for itself by way of the others.
pub fn cycles(
    titles: &BTreeMap<ProposalId, String>,
    waits_for: &BTreeMap<ProposalId, Vec<ProposalId>>,
) -> Vec<StoryFinding> {
    let groups = circles(waits_for).into_iter();
    groups
        .map(|proposals| {
            let names: Vec<_> =
                proposals.iter().filter_map(|id| titles.get(id)).map(|title| format!("“{title}”")).collect();
            let text = format!("{} wait for each other: take one dependency away", names.join(", "));
            let key: Vec<_> = proposals.iter().map(ProposalId::to_string).collect();
            let id = id(DEPENDENCY_CYCLE, &key.join(" "));
            let (rule, severity) = (DEPENDENCY_CYCLE, Severity::Advisory);
            StoryFinding { id, rule, severity, requirement: None, proposals, text }
        })
        .collect()
}

fn id(rule: &str, key: &str) -> FindingId {
    FindingId(format!("F-{}", hex::encode(&Sha256::digest(format!("{rule}\n{key}"))[..6])))
}

/// The strongly connected groups of more than one (Tarjan's algorithm, without recursion), each in order.
fn circles(waits_for: &BTreeMap<ProposalId, Vec<ProposalId>>) -> Vec<Vec<ProposalId>> {
    let mut search = Search::default();
    for start in waits_for.keys() {
        search.visit(*start, waits_for);
    }
    search.found.sort();
    search.found
}

#[derive(Default)]
struct Search {
    numbers: BTreeMap<ProposalId, usize>,
    lowest: BTreeMap<ProposalId, usize>,
    stack: Vec<ProposalId>,
    on_stack: BTreeSet<ProposalId>,
    found: Vec<Vec<ProposalId>>,
}

impl Search {
    fn visit(&mut self, start: ProposalId, waits_for: &BTreeMap<ProposalId, Vec<ProposalId>>) {
        if self.numbers.contains_key(&start) {
            return;
        }
        let mut open: Vec<(ProposalId, usize)> = vec![(start, 0)];
        self.enter(start);
        while let Some((current, next)) = open.pop() {
            let Some(other) = waits_for.get(&current).and_then(|others| others.get(next)) else {
                self.leave(current);
                if let Some((parent, _)) = open.last() {
                    self.lower(*parent, self.lowest.get(&current).copied());
                }
                continue;
            };
            open.push((current, next + 1));
            if !self.numbers.contains_key(other) {
                self.enter(*other);
                open.push((*other, 0));
            } else if self.on_stack.contains(other) {
                self.lower(current, self.numbers.get(other).copied());
            }
        }
    }

    fn enter(&mut self, id: ProposalId) {
        let number = self.numbers.len();
        self.numbers.insert(id, number);
        self.lowest.insert(id, number);
        self.stack.push(id);
        self.on_stack.insert(id);
    }

    fn lower(&mut self, id: ProposalId, to: Option<usize>) {
        if let (Some(lowest), Some(to)) = (self.lowest.get_mut(&id), to) {
            *lowest = (*lowest).min(to);
        }
    }

    fn leave(&mut self, id: ProposalId) {
        if self.lowest.get(&id) != self.numbers.get(&id) {
            return;
        }
        let mut group = Vec::new();
        while let Some(member) = self.stack.pop() {
            self.on_stack.remove(&member);
            group.push(member);
            if member == id {
                break;
            }
        }
        if group.len() > 1 {
            group.sort();
            self.found.push(group);
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn graph(edges: &[(u128, &[u128])]) -> Vec<Vec<u128>> {
        let id = |number: &u128| ProposalId(Uuid::from_u128(*number));
        let waits: BTreeMap<_, Vec<_>> =
            edges.iter().map(|(from, to)| (id(from), to.iter().map(id).collect())).collect();
        let titles = waits.keys().map(|id| (*id, format!("S{}", id.0.as_u128()))).collect();
        let found = cycles(&titles, &waits);
        found.iter().map(|it| it.proposals.iter().map(|id| id.0.as_u128()).collect()).collect()
    }

    #[test]
    fn stories_that_wait_for_each_other_are_one_finding() {
        assert_eq!(graph(&[(1, &[2]), (2, &[3]), (3, &[1]), (4, &[1])]), [[1, 2, 3]]);
        assert_eq!(graph(&[(1, &[2]), (2, &[1]), (3, &[4]), (4, &[3])]), [[1, 2], [3, 4]]);
    }

    #[test]
    fn stories_in_order_are_none() {
        assert_eq!(graph(&[(1, &[]), (2, &[1]), (3, &[1, 2]), (4, &[9])]), [[0_u128; 0]; 0]);
        let chain: Vec<(u128, Vec<u128>)> = (1..5_000).map(|number| (number, vec![number + 1])).collect();
        let chain: Vec<(u128, &[u128])> = chain.iter().map(|(from, to)| (*from, to.as_slice())).collect();
        assert!(graph(&chain).is_empty());
    }
}
