//! The words of the socket: every frame of subprotocol `konductro.v1`, as both sides write them.
//!
//! `openapi/asyncapi.yaml` says the same for people who write clients; tests hold each frame that is seen against it.
//! Offsets count UTF-16 units, because that is what a browser's strings count.

use konductro_domain::conductor::Usage;
use konductro_domain::ids::{MessageId, PhaseId, ProjectId, TurnId, UserId};
use konductro_domain::stage::Stage;
use konductro_domain::text::Hash;
use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

/// The subprotocol's name.
pub const SUBPROTOCOL: &str = "konductro.v1";

/// What can be listened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Topic {
    /// A project: its settings, members, list of phases.
    Project(ProjectId),
    /// A phase: gates, artefacts, conversations.
    Phase(PhaseId),
    /// The conversation of one stage, with the reply that is being written.
    Conversation(PhaseId, Stage),
    /// The editing of one stage's document: whoever listens is editing, and `presence` tells each of the others.
    Editing(PhaseId, Stage),
}

/// The text names no topic.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("a topic is project:<id>, phase:<id>, conversation:<phase id>:<stage> or editing:<phase id>:<stage>")]
pub struct UnknownTopic;

impl std::fmt::Display for Topic {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Topic::Project(id) => write!(f, "project:{id}"),
            Topic::Phase(id) => write!(f, "phase:{id}"),
            Topic::Conversation(phase, stage) => write!(f, "conversation:{phase}:{stage}"),
            Topic::Editing(phase, stage) => write!(f, "editing:{phase}:{stage}"),
        }
    }
}

impl std::str::FromStr for Topic {
    type Err = UnknownTopic;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, rest) = text.split_once(':').ok_or(UnknownTopic)?;
        match kind {
            "project" => rest.parse().map(Topic::Project).map_err(|_| UnknownTopic),
            "phase" => rest.parse().map(Topic::Phase).map_err(|_| UnknownTopic),
            "conversation" => of_stage(rest).map(|(phase, stage)| Topic::Conversation(phase, stage)),
            "editing" => of_stage(rest).map(|(phase, stage)| Topic::Editing(phase, stage)),
            _ => Err(UnknownTopic),
        }
    }
}

/// `<phase id>:<stage>`.
fn of_stage(text: &str) -> Result<(PhaseId, Stage), UnknownTopic> {
    let (phase, stage) = text.split_once(':').ok_or(UnknownTopic)?;
    let phase = phase.parse().map_err(|_| UnknownTopic)?;
    Ok((phase, stage.parse().map_err(|_| UnknownTopic)?))
}

impl Serialize for Topic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Topic {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

/// What a client may say. The socket takes no commands: those go by REST.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
pub enum ClientFrame {
    /// Listen to a topic; answered by a snapshot.
    Subscribe {
        /// The topic.
        topic: Topic,
        /// Where the client left off.
        #[serde(default)]
        after: Option<After>,
    },
    /// Listen no longer.
    Unsubscribe {
        /// The topic.
        topic: Topic,
    },
    /// Are you there? Answered by `pong`.
    Ping {},
}

/// Where a client left off. The snapshot is whole whatever it says; it decides what is told besides.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// The last position of the log that it heard of.
    #[serde(default)]
    pub position: Option<i64>,
    /// The turn that it was reading.
    #[serde(default)]
    pub turn: Option<TurnId>,
    /// How much of it the client has, in UTF-16 units over all parts.
    #[serde(default)]
    pub off: Option<u64>,
}

/// Somebody who is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    /// Who.
    pub user_id: UserId,
    /// Their name now.
    pub name: String,
}

/// What a live turn is doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TurnState {
    /// Waits for its turn.
    Queued,
    /// Conductor is asked, or writes.
    Streaming,
    /// Somebody asked to stop it.
    Stopping,
    /// The endpoint is asked again; nothing was shown yet.
    Retrying,
}

/// How a turn ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The reply is whole.
    Completed,
    /// A person stopped it.
    Stopped,
    /// The model failed.
    Failed,
    /// The server or the stream broke off.
    Interrupted,
}

/// Why a turn has no whole reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// What kind, in snake case.
    pub kind: String,
    /// A sentence for people.
    pub detail: String,
    /// Whether the same message may succeed when it is sent again.
    pub retryable: bool,
}

/// What a part of a reply is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PartKind {
    /// A stretch of the chat.
    Text {},
    /// A document, written beside the chat.
    Document {
        /// The stage it is for.
        stage: Stage,
        /// Its title.
        title: String,
    },
}

/// A part of a live reply, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotPart {
    /// Its number, from 0.
    pub part: u32,
    /// What it is.
    #[serde(flatten)]
    pub kind: PartKind,
    /// All of its text so far.
    pub text: String,
}

/// The live turn of a conversation, whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotTurn {
    /// The turn.
    pub turn_id: TurnId,
    /// Which attempt at it, from 1.
    pub attempt: u32,
    /// What it is doing.
    pub state: TurnState,
    /// The chat's text so far, without documents.
    pub text: String,
    /// UTF-16 units over all parts: what a client may send as `after.off`.
    pub off: u64,
    /// The parts, in order.
    pub parts: Vec<SnapshotPart>,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
}

/// What the server says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type")]
pub enum ServerFrame {
    /// The first frame of a connection.
    #[serde(rename = "hello")]
    Hello {
        /// The log's position that read models have reached.
        position: i64,
        /// Names the connection in logs.
        connection_id: Uuid,
    },
    /// How a topic stands now: answers `subscribe`, and replaces what a slow reader missed.
    #[serde(rename = "snapshot")]
    Snapshot {
        /// The topic.
        topic: Topic,
        /// What REST shows by now.
        position: i64,
        /// The live turn, where there is one.
        turn: Option<SnapshotTurn>,
        /// Who else is here, oneself included.
        present: Vec<Person>,
    },
    /// Something that REST shows has changed.
    #[serde(rename = "changed")]
    Changed {
        /// The topic.
        topic: Topic,
        /// The position of the last change.
        position: i64,
        /// What: `project`, `phases`, `phase`, `artefact:<stage>`, `conversation:<stage>`.
        what: Vec<String>,
    },
    /// A turn began; it may have to wait.
    #[serde(rename = "turn.started")]
    TurnStarted {
        /// The topic.
        topic: Topic,
        /// The turn.
        turn_id: TurnId,
        /// Which attempt at it, from 1.
        attempt: u32,
        /// The person's message.
        message_id: Option<MessageId>,
        /// When.
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    /// A turn does something else now.
    #[serde(rename = "turn.status")]
    TurnStatus {
        /// The topic.
        topic: Topic,
        /// The turn.
        turn_id: TurnId,
        /// What it does.
        state: TurnState,
        /// Why, for people.
        detail: Option<String>,
    },
    /// More of a part.
    #[serde(rename = "turn.delta")]
    TurnDelta(Delta),
    /// A document begins.
    #[serde(rename = "artefact.started")]
    ArtefactStarted {
        /// The topic.
        topic: Topic,
        /// The turn.
        turn_id: TurnId,
        /// The part that holds it.
        part: u32,
        /// The stage it is for.
        stage: Stage,
        /// Its title.
        title: String,
    },
    /// A document became a version.
    #[serde(rename = "artefact.saved")]
    ArtefactSaved {
        /// The topic.
        topic: Topic,
        /// The turn that wrote it.
        turn_id: TurnId,
        /// The part that held it; null where this server did not stream it.
        part: Option<u32>,
        /// The artefact's stage.
        stage: Stage,
        /// The version's number.
        version: u32,
        /// SHA-256 of its text.
        content_hash: Hash,
    },
    /// A turn ended.
    #[serde(rename = "turn.done")]
    TurnDone {
        /// The topic.
        topic: Topic,
        /// The turn.
        turn_id: TurnId,
        /// How.
        outcome: Outcome,
        /// What it consumed.
        usage: Usage,
        /// Why it has no whole reply, where it has none.
        failure: Option<Failure>,
        /// The position of its end in the log.
        position: i64,
    },
    /// Others came or went.
    #[serde(rename = "presence")]
    Presence {
        /// The topic.
        topic: Topic,
        /// Everybody who is there now.
        present: Vec<Person>,
    },
    /// Frames were lost: subscribe again and read by REST what the topic shows.
    #[serde(rename = "resync")]
    Resync {
        /// The topic.
        topic: Topic,
    },
    /// Something that the client sent, or a subscription, can't be.
    #[serde(rename = "error")]
    Error {
        /// The topic, where it is about one.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        topic: Option<String>,
        /// A stable name.
        code: ErrorCode,
        /// What to do about it.
        detail: String,
    },
    /// Answers `ping`.
    #[serde(rename = "pong")]
    Pong {},
}

/// More of a part of a reply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delta {
    /// The topic.
    pub topic: Topic,
    /// The turn.
    pub turn_id: TurnId,
    /// The part's number, from 0.
    pub part: u32,
    /// Where the text goes: UTF-16 units from the part's beginning.
    pub off: u64,
    /// The text.
    pub text: String,
}

/// Why an `error` frame was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ErrorCode {
    /// The frame can't be understood.
    Malformed,
    /// There is no such topic, or it is not for this person.
    NotFound,
    /// The connection listens to as many topics as it may.
    TooManyTopics,
    /// The person may no longer listen to this topic.
    SubscriptionEnded,
    /// The server can't check it now.
    Unavailable,
}

impl ServerFrame {
    /// The topic, where it is about one.
    pub fn topic(&self) -> Option<Topic> {
        match self {
            ServerFrame::Snapshot { topic, .. }
            | ServerFrame::Changed { topic, .. }
            | ServerFrame::TurnStarted { topic, .. }
            | ServerFrame::TurnStatus { topic, .. }
            | ServerFrame::TurnDelta(Delta { topic, .. })
            | ServerFrame::ArtefactStarted { topic, .. }
            | ServerFrame::ArtefactSaved { topic, .. }
            | ServerFrame::TurnDone { topic, .. }
            | ServerFrame::Presence { topic, .. }
            | ServerFrame::Resync { topic } => Some(*topic),
            ServerFrame::Hello { .. } | ServerFrame::Error { .. } | ServerFrame::Pong {} => None,
        }
    }
}

/// Why the server closed a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CloseReason {
    /// The server stops.
    GoingAway,
    /// The client does not speak the protocol.
    Malformed,
    /// The session ended.
    SignedOut,
    /// The person may no longer sign in.
    Forbidden,
    /// The client reads too slowly, or is silent.
    TooSlow,
    /// The client sends too much.
    TooMuch,
    /// Something broke on our side.
    Internal,
}

impl CloseReason {
    /// The close code.
    pub fn code(self) -> u16 {
        match self {
            CloseReason::GoingAway => 1001,
            CloseReason::Malformed => 4400,
            CloseReason::SignedOut => 4401,
            CloseReason::Forbidden => 4403,
            CloseReason::TooSlow => 4408,
            CloseReason::TooMuch => 4429,
            CloseReason::Internal => 4500,
        }
    }

    /// A sentence for people.
    pub fn sentence(self) -> &'static str {
        match self {
            CloseReason::GoingAway => "the server is stopping; connect again in a moment",
            CloseReason::Malformed => "send JSON text frames of subprotocol konductro.v1",
            CloseReason::SignedOut => "the session or token ended; sign in again",
            CloseReason::Forbidden => "this account may no longer sign in",
            CloseReason::TooSlow => "nothing was read for too long; connect again",
            CloseReason::TooMuch => "too many or too large frames; send fewer",
            CloseReason::Internal => "something went wrong; connect again",
        }
    }
}

/// UTF-16 units of a text.
pub fn utf16_units(text: &str) -> u64 {
    // A `char` is one unit, or two beyond the basic plane.
    text.chars().map(|c| c.len_utf16() as u64).sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a failing test may panic")]
    use super::*;

    #[test]
    fn a_topic_survives_its_text_and_rubbish_is_refused() {
        let phase = PhaseId(Uuid::from_u128(7));
        for topic in [
            Topic::Project(ProjectId(Uuid::from_u128(1))),
            Topic::Phase(phase),
            Topic::Conversation(phase, Stage::TechnicalAnalysis),
            Topic::Editing(phase, Stage::Architecture),
        ] {
            assert_eq!(topic.to_string().parse::<Topic>().unwrap(), topic);
        }
        for rubbish in
            ["", "phase", "phase:", "phase:x", "conversation:", "editing:x", "story:1", "conversation:0:architecture"]
        {
            assert!(rubbish.parse::<Topic>().is_err(), "{rubbish}");
        }
    }

    #[test]
    fn client_frames_are_read_strictly() {
        assert_eq!(serde_json::from_str::<ClientFrame>(r#"{"type":"ping"}"#).unwrap(), ClientFrame::Ping {});
        for rubbish in [r#"{"type":"ping","x":1}"#, r#"{"type":"approve"}"#, "[]", "7", r#"{"type":"subscribe"}"#] {
            assert!(serde_json::from_str::<ClientFrame>(rubbish).is_err(), "{rubbish}");
        }
    }

    #[test]
    fn units_are_those_of_a_browser() {
        assert_eq!(utf16_units("aé😀"), 4);
    }
}
