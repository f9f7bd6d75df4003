//! What can be asked for.

use konductro_domain::stage::Stage;

use super::{By, Lines, Policy, Seen, Who, Words};

/// Something that is asked for.
#[derive(Debug, Clone)]
pub(crate) enum Ask {
    Write { by: By, stage: Stage, words: Words, from_ide: bool, id: u32 },
    Document { asked_by: Who, stage: Stage, words: Words, whole: bool },
    Approve { by: By, stage: Stage, seen: Option<Seen> },
    Reaffirm { by: By, stage: Stage, seen: Option<Seen> },
    Withdraw { by: By, stage: Stage, in_backlog: Vec<Lines> },
    RequestChanges { by: By, stage: Stage, id: u32, version: u32 },
    WithdrawRequest { by: By, stage: Stage, id: u32 },
    DismissRequest { by: By, stage: Stage, id: u32, requester_can_clear: bool },
    Reopen { by: By, stage: Stage },
    Restart { by: By, stage: Stage, policy: Policy },
    Adopt { by: By, stage: Stage, id: u32 },
    Raise { by: By, stage: Stage, id: u32, version: u32 },
    Accept { by: By, stage: Stage, id: u32 },
    Decline { by: By, stage: Stage, id: u32 },
    Reply,
    Promote { by: By },
    Cancel { by: By },
    Complete { by: By, undecided: u32 },
}

impl Ask {
    pub(super) fn by(&self) -> Option<&By> {
        match self {
            Ask::Document { .. } | Ask::Reply => None,
            Ask::Write { by, .. }
            | Ask::Approve { by, .. }
            | Ask::Reaffirm { by, .. }
            | Ask::Withdraw { by, .. }
            | Ask::RequestChanges { by, .. }
            | Ask::WithdrawRequest { by, .. }
            | Ask::DismissRequest { by, .. }
            | Ask::Reopen { by, .. }
            | Ask::Restart { by, .. }
            | Ask::Adopt { by, .. }
            | Ask::Raise { by, .. }
            | Ask::Accept { by, .. }
            | Ask::Decline { by, .. }
            | Ask::Promote { by }
            | Ask::Cancel { by }
            | Ask::Complete { by, .. } => Some(by),
        }
    }

    pub(super) fn stage(&self) -> Option<Stage> {
        match self {
            Ask::Document { .. } | Ask::Reply | Ask::Promote { .. } | Ask::Cancel { .. } | Ask::Complete { .. } => None,
            Ask::Write { stage, .. }
            | Ask::Approve { stage, .. }
            | Ask::Reaffirm { stage, .. }
            | Ask::Withdraw { stage, .. }
            | Ask::RequestChanges { stage, .. }
            | Ask::WithdrawRequest { stage, .. }
            | Ask::DismissRequest { stage, .. }
            | Ask::Adopt { stage, .. }
            | Ask::Raise { stage, .. }
            | Ask::Accept { stage, .. }
            | Ask::Decline { stage, .. }
            | Ask::Reopen { stage, .. }
            | Ask::Restart { stage, .. } => Some(*stage),
        }
    }
}
