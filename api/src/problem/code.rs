//! The one table of problems: each code's address, status and title.
//!
//! A code is public and for ever: clients switch on it. What went wrong this time, and what to do
//! about it, is the problem's `detail`.

use actix_web::http::StatusCode;

macro_rules! codes {
    ($( $variant:ident $code:literal $status:ident $title:literal; )+) => {
        /// What kind of problem it is.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum Code {
            $( #[doc = $title] $variant, )+
        }

        impl Code {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Code] = &[$(Code::$variant),+];

            /// The code as clients see it, such as `stage-locked`.
            pub fn as_str(self) -> &'static str {
                match self { $( Code::$variant => $code ),+ }
            }

            /// The HTTP status it is answered with.
            pub fn status(self) -> StatusCode {
                match self { $( Code::$variant => StatusCode::$status ),+ }
            }

            /// What it says in general; `detail` says it of this request.
            pub fn title(self) -> &'static str {
                match self { $( Code::$variant => $title ),+ }
            }
        }
    };
}

codes! {
    Malformed "malformed" BAD_REQUEST "The request could not be read";
    NotSignedIn "not-signed-in" UNAUTHORIZED "You are not signed in";
    SignInFailed "sign-in-failed" UNAUTHORIZED "E-mail address or password is wrong";
    RoleRequired "role-required" FORBIDDEN "Your role does not allow this";
    InteractiveOnly "interactive-only" FORBIDDEN "Only a person in a browser session can do this";
    ScopeRequired "scope-required" FORBIDDEN "The token is not for this";
    Csrf "csrf" FORBIDDEN "The request does not come from the web app";
    SetupCodeWrong "setup-code-wrong" FORBIDDEN "The set-up code is wrong";
    DemoLoopbackOnly "demo-loopback-only" FORBIDDEN "The demo people can sign in on this machine only";
    NotApprover "not-approver" FORBIDDEN "Somebody else has to decide this";
    NotYourMessage "not-your-message" FORBIDDEN "It is somebody else's message";
    NotFound "not-found" NOT_FOUND "There is nothing here";
    ProposalUnknown "proposal-unknown" NOT_FOUND "There is no such proposal";
    StoryUnknown "story-unknown" NOT_FOUND "There is no such story";
    SetupClosed "setup-closed" NOT_FOUND "Set-up is done";
    MethodNotAllowed "method-not-allowed" METHOD_NOT_ALLOWED "The method does not exist here";
    StageLocked "stage-locked" CONFLICT "The stage is locked";
    StageApproved "stage-approved" CONFLICT "The stage is approved";
    StageNotInReview "stage-not-in-review" CONFLICT "Nothing awaits a decision at this gate";
    ApprovalOutdated "approval-outdated" CONFLICT "What you approve is no longer what is there";
    ChangesOpen "changes-open" CONFLICT "Changes are requested";
    FindingsBlock "findings-block" CONFLICT "The checker found something that blocks";
    ArtefactIncomplete "artefact-incomplete" CONFLICT "The document did not arrive whole";
    DownstreamApproved "downstream-approved" CONFLICT "Something was approved on top of it";
    TurnRunning "turn-running" CONFLICT "Conductor is replying";
    TurnNotRunning "turn-not-running" CONFLICT "No reply is running";
    TurnNotRetryable "turn-not-retryable" CONFLICT "The turn can't be retried";
    TurnNotContinuable "turn-not-continuable" CONFLICT "The reply did not break off";
    MessageWaits "message-waits" CONFLICT "A message waits already";
    NoDocument "no-document" CONFLICT "The reply holds no document";
    PhaseNotReady "phase-not-ready" CONFLICT "The phase is not ready yet";
    PhaseNotLight "phase-not-light" CONFLICT "The phase is not a light one";
    ProposalsUndecided "proposals-undecided" CONFLICT "Proposals are undecided";
    GenerationRunning "generation-running" CONFLICT "Conductor is proposing stories";
    GenerationNotRunning "generation-not-running" CONFLICT "Conductor proposes no stories now";
    ProposalDecided "proposal-decided" CONFLICT "The proposal does not await a decision";
    NothingToUndo "nothing-to-undo" CONFLICT "There is nothing to take back";
    RefinementNotOpen "refinement-not-open" CONFLICT "No refinement awaits a decision";
    StoryClosed "story-closed" CONFLICT "The story is closed";
    AlreadyRunning "already-running" CONFLICT "Conductor works on this already";
    FindingAnswered "finding-answered" CONFLICT "The finding has its answer";
    SubmissionOutdated "submission-outdated" CONFLICT "What the submission was written on has changed";
    PhaseClosed "phase-closed" CONFLICT "The phase is closed";
    Conflict "conflict" CONFLICT "The state does not allow this";
    StillRunning "still-running" CONFLICT "The first request with this key is still running";
    ProjectKeyTaken "project-key-taken" CONFLICT "The project key is taken";
    EmailTaken "email-taken" CONFLICT "The e-mail address is taken";
    LastSdm "last-sdm" CONFLICT "A project keeps at least one SDM";
    LastAdministrator "last-administrator" CONFLICT "A workspace keeps at least one administrator";
    VersionChanged "version-changed" PRECONDITION_FAILED "It has changed since you read it";
    ProposalChanged "proposal-changed" PRECONDITION_FAILED "The proposal has changed since you read it";
    PayloadTooLarge "payload-too-large" PAYLOAD_TOO_LARGE "The request is too large";
    MessageTooLarge "message-too-large" PAYLOAD_TOO_LARGE "The message is too large";
    ArtefactTooLarge "artefact-too-large" PAYLOAD_TOO_LARGE "The document is too large";
    UnsupportedMediaType "unsupported-media-type" UNSUPPORTED_MEDIA_TYPE "The body is of the wrong type";
    Invalid "invalid" UNPROCESSABLE_ENTITY "The request is well-formed but not valid";
    NotAcknowledged "not-acknowledged" UNPROCESSABLE_ENTITY "What the document leaves open was not acknowledged";
    SubmissionInvalid "submission-invalid" UNPROCESSABLE_ENTITY "The submission is not valid";
    CriteriaNotDistributed "criteria-not-distributed" UNPROCESSABLE_ENTITY "Each criterion goes to exactly one part";
    IdempotencyKeyReused "idempotency-key-reused" UNPROCESSABLE_ENTITY "The idempotency key was used for another request";
    IfMatchRequired "if-match-required" PRECONDITION_REQUIRED "The change must name the version it is based on";
    RateLimited "rate-limited" TOO_MANY_REQUESTS "Too many attempts";
    NotReady "not-ready" SERVICE_UNAVAILABLE "The server is not ready yet";
    OutcomeUnknown "outcome-unknown" SERVICE_UNAVAILABLE "Whether it was done is not known";
    Unavailable "unavailable" SERVICE_UNAVAILABLE "The server can't do this at the moment";
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::Code;

    #[test]
    fn codes_are_unique_and_answer_errors() {
        let unique: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(unique.len(), Code::ALL.len());
        assert!(Code::ALL.iter().all(|code| code.status().is_client_error() || code.status() == 503));
    }
}
