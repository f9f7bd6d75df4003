//! What can be done with one's credentials: one list, with the ones that only an interactive session may use
//! (rule 4). Its likes are in `phase::verbs` and `project::verbs`.

use crate::actor::Credential;

/// A verb of somebody's own credentials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorkspaceVerb {
    /// Issue an API token.
    IssueToken,
    /// Revoke somebody's API token, one's own or, as an SDM, one of the project.
    RevokeToken,
    /// Give up the very token that asks.
    GiveUpToken,
    /// Say yes to a device that asks to be signed in.
    ApproveDeviceLogin,
    /// Say no to it.
    RefuseDeviceLogin,
    /// Change one's own password.
    ChangePassword,
}

/// Only a person in an interactive browser session may do this.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("only a person signed in with a browser can do this; no token can, whatever its scopes")]
pub struct InteractiveOnly;

impl WorkspaceVerb {
    /// Every verb.
    pub const ALL: [WorkspaceVerb; 6] = [
        WorkspaceVerb::IssueToken,
        WorkspaceVerb::RevokeToken,
        WorkspaceVerb::GiveUpToken,
        WorkspaceVerb::ApproveDeviceLogin,
        WorkspaceVerb::RefuseDeviceLogin,
        WorkspaceVerb::ChangePassword,
    ];

    /// Whether only a person in an interactive browser session may.
    pub fn is_interactive_only(self) -> bool {
        match self {
            WorkspaceVerb::GiveUpToken => false,
            WorkspaceVerb::IssueToken
            | WorkspaceVerb::RevokeToken
            | WorkspaceVerb::ApproveDeviceLogin
            | WorkspaceVerb::RefuseDeviceLogin
            | WorkspaceVerb::ChangePassword => true,
        }
    }

    /// Refuses whoever does not sit in front of a browser, where that is wanted.
    pub fn admits(self, credential: Credential) -> Result<(), InteractiveOnly> {
        if self.is_interactive_only() && !credential.is_interactive() { Err(InteractiveOnly) } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::ids::{SessionId, TokenId};

    #[test]
    fn no_token_makes_another_and_each_can_give_itself_up() {
        let token = Credential::Token(TokenId(Uuid::nil()));
        let allowed: Vec<_> = WorkspaceVerb::ALL.into_iter().filter(|verb| verb.admits(token).is_ok()).collect();
        assert_eq!(allowed, [WorkspaceVerb::GiveUpToken]);
        let session = Credential::Session(SessionId(Uuid::nil()));
        assert!(WorkspaceVerb::ALL.into_iter().all(|verb| verb.admits(session).is_ok()));
    }
}
