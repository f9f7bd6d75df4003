//! The log of one project, made by the domain's own decisions: its phase is planned in conversation, sent
//! back, approved, analysed, approved, and then its requirements are reopened.

use std::collections::HashMap;

use konductro_api::views::PhaseReader;
use konductro_domain::actor::{Actor, Credential, Person};
use konductro_domain::conductor::{
    Adapter, BlockKind, FinishKind, GeneratedBy, PromptBlock, PromptManifest, PromptRole, Usage,
};
use konductro_domain::conversation::{
    Conversation, ConversationCommand, ConversationEvent, NewMessage, Reply, ReplyFailure, Substance, WrittenDocument,
    conversation_stream,
};
use konductro_domain::event::{Event, Recorded, Stream};
use konductro_domain::ids::{
    ChangeRequestId, CorrelationId, DelegationId, EventId, KeptSubmissionId, MessageId, PhaseId, ProjectId,
    RepositoryId, SessionId, ThreadId, TurnId, UserId,
};
use konductro_domain::phase::artefact::Completeness;
use konductro_domain::phase::plan::PhaseKind;
use konductro_domain::phase::{
    AddArtefactVersion, ApproveArtefact, OpenPhase, OpenPoints, OpenThread, Phase, PhaseCommand, PhaseEvent,
    ReopenStage, ReplyInThread, RequestChanges, ResolveThread, SaveDocument, Submitted, Via,
};
use konductro_domain::project::policy::ApprovalPolicy;
use konductro_domain::project::{Project, ProjectCommand, ProjectEvent};
use konductro_domain::role::{Role, Roles};
use konductro_domain::stage::Stage;
use konductro_domain::text::Text;
use serde_json::json;
use sqlx::PgPool;
use time::OffsetDateTime;
use uuid::Uuid;

mod stories;

pub(crate) use stories::{GENERATION, proposal};

pub(crate) const FIRST_DRAFT: &str = "# Purpose\nSplit settlement.\n";
pub(crate) const SECOND_DRAFT: &str = "# Purpose\nSplit settlement.\n# Refunds\nGo back the way they came.\n";
pub(crate) const REPLY: &str =
    "Here it is.\n<artefact kind=\"requirements\" title=\"Requirements\">\n# Purpose\nSplit settlement.\n</artefact>\n";
pub(crate) const SENT: &str = "Split settlement, please.\n<turn_context>2 Nov</turn_context>";

fn user(n: u128) -> UserId {
    UserId(Uuid::from_u128(n))
}
pub(crate) fn sdm() -> UserId {
    user(1)
}
pub(crate) fn architect() -> UserId {
    user(2)
}
pub(crate) fn developer() -> UserId {
    user(3)
}
pub(crate) fn stranger() -> UserId {
    user(4)
}

pub(crate) fn person(user_id: UserId, role: Role) -> Person {
    Person { user_id, roles: Roles::from([role]), credential: Credential::Session(SessionId(Uuid::from_u128(9))) }
}

/// Events as the log would hold them, with the state that decides the next.
pub(crate) struct Journal {
    pub(crate) events: Vec<Recorded<Event>>,
    pub(crate) project_id: ProjectId,
    pub(crate) phase_id: PhaseId,
    pub(crate) turn_id: TurnId,
    pub(crate) phase: Phase,
    people: HashMap<UserId, Person>,
    project: Project,
    conversation: Conversation,
    sequences: HashMap<String, i64>,
    texts: Vec<Text>,
}

impl Journal {
    pub(crate) fn of_a_phase_planned_approved_and_reopened() -> Self {
        let mut journal = Self {
            events: Vec::new(),
            project_id: ProjectId(Uuid::from_u128(10)),
            phase_id: PhaseId(Uuid::from_u128(11)),
            turn_id: TurnId(Uuid::from_u128(12)),
            phase: Phase::default(),
            people: HashMap::from([
                (sdm(), person(sdm(), Role::Sdm)),
                (architect(), person(architect(), Role::Architect)),
                (developer(), person(developer(), Role::Developer)),
            ]),
            project: Project::default(),
            conversation: Conversation::default(),
            sequences: HashMap::new(),
            texts: Vec::new(),
        };
        journal.create_project();
        journal.open_phase();
        journal.converse();
        journal.send_back_revise_and_approve();
        journal.analyse_and_approve();
        journal.retry_a_failed_turn();
        journal.reopen();
        journal.review_stories();
        journal.talk();
        journal.leave_things_beside();
        journal
    }

    pub(crate) fn reader(&self, reader: UserId, role: Role) -> PhaseReader<'_> {
        let Phase::Opened(phase) = &self.phase else { panic!("the phase was opened") };
        let person = &self.people[&reader];
        assert!(person.roles.contains(&role));
        PhaseReader { phase_id: self.phase_id, phase, version: self.sequences[&self.phase_id.to_string()], person }
    }

    fn text(&mut self, body: &str) -> Text {
        let text = Text::plain(body);
        self.texts.push(text.clone());
        text
    }

    fn salted(&mut self, body: &str) -> Text {
        let text = Text::salted(body, [7; 16]);
        self.texts.push(text.clone());
        text
    }

    fn record(&mut self, aggregate_type: &str, aggregate_id: String, by: Option<UserId>, event: Event) {
        let sequence = self.sequences.entry(aggregate_id.clone()).or_default();
        *sequence += 1;
        let position = i64::try_from(self.events.len()).unwrap() + 1;
        self.events.push(Recorded {
            position,
            event_id: EventId(Uuid::from_u128(1000 + position.unsigned_abs() as u128)),
            stream: Stream { aggregate_type: aggregate_type.into(), aggregate_id },
            sequence: *sequence,
            at: OffsetDateTime::from_unix_timestamp_nanos(1_795_000_000_123_456_000 + i128::from(position) * 1_000_000)
                .unwrap(),
            actor: by.map_or(Actor::Conductor, |user_id| Actor::Person { user_id }),
            role: by.map(|user| *self.people[&user].roles.first().unwrap()),
            credential: by.map(|user| self.people[&user].credential),
            causation: None,
            correlation: CorrelationId(Uuid::nil()),
            project_id: Some(self.project_id),
            phase_id: Some(self.phase_id),
            event,
        });
    }

    fn project(&mut self, command: &ProjectCommand) {
        for event in self.project.decide(command).unwrap() {
            self.project.fold(event.clone());
            self.record("project", self.project_id.to_string(), Some(sdm()), Event::Project(event));
        }
    }

    fn phase(&mut self, by: Option<UserId>, command: &PhaseCommand) {
        let events = self.phase.decide(command).unwrap_or_else(|error| panic!("{command:?}: {error}"));
        for event in events {
            self.phase.fold(event.clone());
            self.record("phase", self.phase_id.to_string(), by, Event::Phase(event));
        }
    }

    fn conversation(&mut self, by: Option<UserId>, command: &ConversationCommand) {
        for event in self.conversation.decide(command).unwrap() {
            self.conversation.fold(event.clone());
            let stream = conversation_stream(self.phase_id, Stage::Requirements);
            self.record("conversation", stream, by, Event::Conversation(event));
        }
    }

    /// What stands beside documents and turns: a finding, a submission that is kept, a drift report, a message that waits.
    fn leave_things_beside(&mut self) {
        let said = self.text("What was said of it.").reference();
        let (finding, submission) = (Uuid::from_u128(40), Uuid::from_u128(41));
        let of_phase = [
            json!({ "type": "FindingRaised", "finding_id": finding, "stage": "requirements", "version": 2,
                "reference": "R-1", "severity": "blocking", "text": said, "evidence": [], "raised_by": developer() }),
            json!({ "type": "SubmissionKept", "submission_id": submission, "stage": "technical_analysis", "beside": 1,
                "title": "Technical analysis", "content": said, "sidecar": null, "submitted_by": developer(),
                "authors": [developer()], "source": null, "based_on": [] }),
            json!({ "type": "DriftReported", "stage": "technical_analysis", "version": 1, "reported_by": developer(),
                "checkouts": [], "unchanged": 1, "moved": 0, "changed": 1, "vanished": 0, "report": said }),
        ];
        for event in of_phase {
            let event: PhaseEvent = serde_json::from_value(event).unwrap();
            self.record("phase", self.phase_id.to_string(), Some(developer()), Event::Phase(event));
        }
        let waits: ConversationEvent = serde_json::from_value(json!({ "type": "MessageQueued",
            "project_id": self.project_id, "phase_id": self.phase_id, "stage": "requirements",
            "message_id": Uuid::from_u128(42), "turn_id": Uuid::from_u128(43), "author": sdm(), "text": said }))
        .unwrap();
        let stream = conversation_stream(self.phase_id, Stage::Requirements);
        self.record("conversation", stream, Some(sdm()), Event::Conversation(waits));
    }

    fn create_project(&mut self) {
        let context = self.salted("Sellers get their share.");
        let by = person(sdm(), Role::Sdm);
        self.project(&ProjectCommand::CreateProject {
            creator: sdm(),
            key: "PAY".into(),
            name: "Payments".into(),
            context: Some(context),
        });
        let members = [(architect(), Role::Architect), (developer(), Role::Developer), (stranger(), Role::Auditor)];
        for (user_id, role) in members {
            let roles = Roles::from([role]);
            self.project(&ProjectCommand::SetMemberRoles { by: by.clone(), user_id, roles });
        }
        self.project(&ProjectCommand::RemoveMember { by: by.clone(), user_id: stranger() });
        for (n, name) in [(20, "old"), (21, "ledger")] {
            self.project(&ProjectCommand::AddRepository {
                by: by.clone(),
                repository_id: RepositoryId(Uuid::from_u128(n)),
                name: name.into(),
                remote: format!("https://example.com/{name}.git"),
                default_branch: None,
            });
        }
        self.project(&ProjectCommand::RemoveRepository { by, repository_id: RepositoryId(Uuid::from_u128(20)) });
        // No command lets a NUL in; should a log ever hold one, it must stop nothing.
        let renamed = ProjectEvent::ProjectRenamed { name: "Pay\0ments".into() };
        self.record("project", self.project_id.to_string(), Some(sdm()), Event::Project(renamed));
    }

    fn open_phase(&mut self) {
        let brief = self.salted("sellers get their share");
        let command = PhaseCommand::OpenPhase(OpenPhase {
            by: person(sdm(), Role::Sdm),
            project_id: self.project_id,
            number: 1,
            kind: PhaseKind::Full,
            title: "Split settlement".into(),
            brief,
            approval_policy: ApprovalPolicy::default(),
        });
        self.phase(Some(sdm()), &command);
    }

    fn post(&mut self, turn_id: TurnId, text: &str) {
        let text = self.salted(text);
        let command = ConversationCommand::PostMessage {
            message: NewMessage {
                project_id: self.project_id,
                phase_id: self.phase_id,
                stage: Stage::Requirements,
                message_id: MessageId(turn_id.0),
                turn_id,
                author: sdm(),
                text,
            },
        };
        self.conversation(Some(sdm()), &command);
        let sent = self.text(SENT);
        let block = PromptBlock {
            kind: BlockKind::Message,
            role: PromptRole::User,
            source: "message".into(),
            version: None,
            text: sent.reference(),
            tokens: 9,
        };
        let prompt = PromptManifest { blocks: vec![block], cache_profile: "none".into() };
        let start = ConversationCommand::StartReply { turn_id, attempt: 1, generated_by: guided(), prompt };
        self.conversation(None, &start);
    }

    fn converse(&mut self) {
        let turn_id = self.turn_id;
        self.post(turn_id, "Split settlement, please.");
        let (text, content) = (self.salted(REPLY), self.text(FIRST_DRAFT).reference());
        let document = WrittenDocument {
            ordinal: 0,
            stage: Stage::Requirements,
            title: "Requirements".into(),
            content,
            completeness: Completeness::Complete,
            substance: Substance::Whole,
            answers: Vec::new(),
        };
        let reply = Reply {
            turn_id,
            attempt: 1,
            text,
            documents: vec![document],
            generated_by: guided(),
            usage: Usage { prompt_tokens: Some(u64::from(u32::MAX) + 1), ..Usage::default() },
        };
        let complete = ConversationCommand::CompleteReply {
            reply,
            suggestions: vec!["Yes".into()],
            finish: FinishKind::Completed,
            model_returned: None,
        };
        self.conversation(None, &complete);
        let save = SaveDocument {
            turn_id,
            ordinal: 0,
            asked_by: sdm(),
            stage: Stage::Requirements,
            title: "Requirements".into(),
            content,
            completeness: Completeness::Complete,
            substance: Substance::Whole,
            generated_by: guided(),
            earlier_authors: Vec::new(),
            answers: Vec::new(),
            approval_policy: ApprovalPolicy::default(),
        };
        self.phase(None, &PhaseCommand::SaveDocument(save));
    }

    fn edit(&mut self, by: UserId, stage: Stage, via: Via, body: &str) {
        let command = PhaseCommand::AddArtefactVersion(AddArtefactVersion {
            by: self.people[&by].clone(),
            stage,
            title: stage.title().into(),
            content: self.text(body),
            via,
            earlier_authors: Vec::new(),
            answers: Vec::new(),
            approval_policy: ApprovalPolicy::default(),
        });
        self.phase(Some(by), &command);
    }

    fn approve(&mut self, by: UserId, stage: Stage) {
        let note = Some(self.salted("Good."));
        let Phase::Opened(phase) = &self.phase else { panic!("the phase was opened") };
        let record = &phase.stages[&stage];
        let latest = record.latest.as_ref().unwrap();
        let command = PhaseCommand::ApproveArtefact(ApproveArtefact {
            by: self.people[&by].clone(),
            stage,
            version: latest.version,
            content_hash: latest.content.hash,
            upstream_hash: phase.upstream_hash(stage),
            cycle: record.cycle,
            note,
            findings: Vec::new(),
            waivers: Vec::new(),
            open_points: OpenPoints::default(),
        });
        self.phase(Some(by), &command);
    }

    fn send_back_revise_and_approve(&mut self) {
        let reason = self.salted("Say what happens to refunds.");
        let command = PhaseCommand::RequestChanges(RequestChanges {
            by: person(sdm(), Role::Sdm),
            change_request_id: ChangeRequestId(Uuid::from_u128(30)),
            stage: Stage::Requirements,
            version: 1,
            reason,
            place: konductro_domain::artefact::anchor::Place::Whole,
        });
        self.phase(Some(sdm()), &command);
        self.edit(sdm(), Stage::Requirements, Via::Hand, SECOND_DRAFT);
        self.approve(sdm(), Stage::Requirements);
    }

    fn talk(&mut self) {
        let (stage, thread_id) = (Stage::Requirements, ThreadId(Uuid::from_u128(31)));
        let (text, words) = (self.salted("Which days?"), self.salted("refunds"));
        let place = konductro_domain::artefact::anchor::Place::Quote(words, 0);
        let by = person(developer(), Role::Developer);
        let open = OpenThread { by: by.clone(), thread_id, stage, version: 1, place, text };
        self.phase(Some(developer()), &PhaseCommand::OpenThread(open));
        let resolve = PhaseCommand::ResolveThread(ResolveThread { by: by.clone(), thread_id, stage });
        self.phase(Some(developer()), &resolve);
        for id in [thread_id, ThreadId::of(ChangeRequestId(Uuid::from_u128(30)))] {
            let text = self.salted("Working days.");
            let reply = ReplyInThread { by: by.clone(), thread_id: id, stage, text };
            self.phase(Some(developer()), &PhaseCommand::ReplyInThread(reply));
        }
        let (delegation_id, now) = (DelegationId(Uuid::from_u128(32)), self.events[0].at);
        let lent = ProjectEvent::RoleDelegated {
            delegation_id,
            delegator: sdm(),
            delegate: architect(),
            role: Role::Sdm,
            from: now,
            until: now + time::Duration::days(7),
        };
        for event in [lent, ProjectEvent::DelegationEnded { delegation_id }] {
            self.record("project", self.project_id.to_string(), Some(sdm()), Event::Project(event));
        }
    }

    fn analyse_and_approve(&mut self) {
        let submission_id = KeptSubmissionId(Uuid::from_u128(77));
        let submitted = Submitted { submission_id, source: None, sidecar: None, findings: Vec::new() };
        self.edit(developer(), Stage::TechnicalAnalysis, Via::Ide(Box::new(submitted)), "# Verdict\nIt fits.\n");
        self.approve(architect(), Stage::TechnicalAnalysis);
    }

    fn retry_a_failed_turn(&mut self) {
        let turn_id = TurnId(Uuid::from_u128(13));
        self.post(turn_id, "And refunds?");
        let text = self.salted("Well");
        let reply =
            Reply { turn_id, attempt: 1, text, documents: Vec::new(), generated_by: guided(), usage: Usage::default() };
        self.conversation(None, &ConversationCommand::FailReply { reply, reason: ReplyFailure::ServerStopped });
        self.conversation(Some(sdm()), &ConversationCommand::RetryTurn { turn_id });
    }

    fn reopen(&mut self) {
        let reason = self.salted("Refunds were forgotten.");
        let command = PhaseCommand::ReopenStage(ReopenStage {
            by: person(sdm(), Role::Sdm),
            stage: Stage::Requirements,
            reason,
            approval_policy: ApprovalPolicy::default(),
        });
        self.phase(Some(sdm()), &command);
        assert!(self.events.iter().any(|it| matches!(it.event, Event::Phase(PhaseEvent::StageBecameStale { .. }))));
    }

    /// Stores the texts that the events name.
    pub(crate) async fn keep_texts(&self, pool: &PgPool) {
        for text in &self.texts {
            let reference = text.reference();
            sqlx::query("insert into texts (hash, body, salt, bytes) values ($1, $2, $3, $4) on conflict do nothing")
                .bind(reference.hash.bytes().as_slice())
                .bind(text.body())
                .bind(text.salt().map(|salt| salt.as_slice()))
                .bind(i32::try_from(reference.bytes).unwrap())
                .execute(pool)
                .await
                .unwrap();
        }
    }

    /// Stores the event that opened the phase where commands append.
    pub(crate) async fn keep_opening(&self, pool: &PgPool) {
        let opened = self.events.iter().find(|event| event.stream.aggregate_type == "phase").unwrap();
        sqlx::query(
            "insert into events (aggregate_type, aggregate_id, sequence, event_id, event_type, event_version, \
                 payload, metadata, recorded_at, prev_hash, leaf_hash) \
             values ('phase', $1, 1, $2, 'PhaseOpened', '1', '{}', json_build_object('user_id', $3::text), $4, $5, $5)",
        )
        .bind(&opened.stream.aggregate_id)
        .bind(opened.event_id.0)
        .bind(sdm().to_string())
        .bind(opened.at)
        .bind([0_u8; 32].as_slice())
        .execute(pool)
        .await
        .unwrap();
    }
}

/// People as identity keeps them.
pub(crate) async fn register_people(pool: &PgPool) {
    for (id, name) in [(sdm(), "Dana"), (architect(), "Mara"), (developer(), "Jonas")] {
        let email = format!("{}@example.com", name.to_lowercase());
        sqlx::query(
            "insert into users (user_id, name, email, email_key, password_hash, created_at) \
             values ($1, $2, $3, $3, '-', now())",
        )
        .bind(id.0)
        .bind(name)
        .bind(email)
        .execute(pool)
        .await
        .unwrap();
    }
}

fn guided() -> GeneratedBy {
    GeneratedBy { adapter: Adapter::Guided, model: "guided".into() }
}
