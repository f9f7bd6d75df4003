//! What a proposal waits for, read through what became of it: the parts of what was split, the one that others were
//! merged into, the whole again where a split was undone.

use std::collections::BTreeSet;

use crate::ids::ProposalId;
use crate::story_review::Standing;
use crate::story_review::state::StoryReview;

impl StoryReview {
    /// The live proposals that a proposal depends on now, each once, never itself.
    pub fn dependencies(&self, id: ProposalId) -> Vec<ProposalId> {
        let Some(proposal) = self.proposals.get(&id) else { return Vec::new() };
        let mut resolved = Vec::new();
        let mut seen = BTreeSet::from([id]);
        for other in &proposal.content.depends_on {
            self.follow(*other, &mut seen, &mut resolved);
        }
        resolved
    }

    fn follow(&self, from: ProposalId, seen: &mut BTreeSet<ProposalId>, resolved: &mut Vec<ProposalId>) {
        let mut open = vec![from];
        while let Some(id) = open.pop() {
            let Some(proposal) = self.proposals.get(&id) else { continue };
            if !seen.insert(id) {
                continue;
            }
            match proposal.standing {
                Standing::Proposed | Standing::Approved | Standing::Rejected => resolved.push(id),
                Standing::Split | Standing::Merged => open.extend(proposal.became.iter().rev()),
                Standing::Withdrawn => {
                    open.extend(proposal.lineage.merged_from.iter().rev().chain(&proposal.lineage.split_from));
                }
                Standing::Superseded => {}
            }
        }
    }
}
