//! What the script is played with: each call is one command with a receipt of its own.

use konductro_domain::Decider;
use konductro_domain::actor::{Actor, By, Credential, Person};
use konductro_domain::artefact::submission::Sidecar;
use konductro_domain::conductor::{Adapter, FinishKind, GeneratedBy, PromptManifest, Usage};
use konductro_domain::conversation::{
    Conversation, ConversationCommand, NewMessage, Reply, Substance, WrittenDocument, conversation_stream,
};
use konductro_domain::ids::{CorrelationId, MessageId, PhaseId, ProjectId, StoryId, TurnId, UserId};
use konductro_domain::phase::artefact::Completeness;
use konductro_domain::phase::plan::PhaseKind;
use konductro_domain::phase::{
    ApproveArtefact, OpenPhase, OpenPoints, Phase, PhaseCommand, RequestChanges, SaveDocument,
};
use konductro_domain::project::policy::ApprovalPolicy;
use konductro_domain::project::{Project, ProjectCommand};
use konductro_domain::role::{Role, Roles};
use konductro_domain::stage::Stage;
use konductro_domain::story::draft::StoryDraft;
use konductro_domain::story::{AskRefinement, ProposeRefinement, RequestStory, Story, StoryCommand};
use konductro_domain::text::{Hash, Text};
use serde_json::Value;
use uuid::Uuid;

use super::DemoError;
use crate::checker::Checker;
use crate::commands::{Commands, Envelope, Receipt, Wait};
use crate::salted::salted;
use crate::state::AppState;

/// Plays commands, each once.
pub(super) struct StageHands<'a> {
    commands: &'a Commands,
    checker: &'a Checker,
    /// The demo's only project.
    pub(super) project_id: ProjectId,
    step: u32,
}

/// A document in a reply, with its title.
pub(super) struct Written {
    pub(super) title: &'static str,
    pub(super) markdown: &'static str,
}

/// An id that is the same in every demo workspace: interrupted loading finds what it made.
pub(super) fn fixed(n: u64) -> Uuid {
    Uuid::from_u128(0x0192_0000_0000_7000_8000_0000_0000_0000 | u128::from(n))
}

/// A member as the script has them act: at a browser, with one role.
pub(super) fn member(user_id: UserId, role: Role) -> Person {
    let session = Credential::Session(konductro_domain::ids::SessionId(user_id.0));
    Person { user_id, roles: Roles::from([role]), credential: session }
}

fn generated_by() -> GeneratedBy {
    GeneratedBy { adapter: Adapter::Guided, model: "guided (sample text)".to_owned() }
}

impl<'a> StageHands<'a> {
    pub(super) fn new(state: &'a AppState, project_id: ProjectId) -> Self {
        Self { commands: &state.commands, checker: &state.checker, project_id, step: 0 }
    }

    async fn play<A>(
        &mut self,
        stream: &str,
        by: &By,
        phase: Option<PhaseId>,
        texts: Vec<Text>,
        command: A::Command,
    ) -> Result<(), DemoError>
    where
        A: Decider + Clone + 'static,
        A::Command: Send + Sync + 'static,
        A::Event: 'static,
        A::Error: Send + Sync + 'static,
    {
        self.step += 1;
        let key = self.step.to_string();
        let (role, credential) = match by {
            By::Person(person) => (person.roles.first().copied(), Some(person.credential)),
            By::Conductor | By::System => (None, None),
        };
        let actor: Actor = by.actor();
        let receipt =
            Receipt { scope: "demo".to_owned(), fingerprint: Hash::of(key.as_bytes()), key, result: Value::Null };
        let envelope = Envelope {
            role,
            credential,
            project_id: Some(self.project_id),
            phase_id: phase,
            receipt: Some(receipt),
            texts,
            position_wait: Wait::None,
            ..Envelope::new(actor, CorrelationId(Uuid::now_v7()))
        };
        match self.commands.execute::<A>(stream, command, envelope).await {
            Ok(_) => Ok(()),
            Err(error) => Err(DemoError(format!("step {}: {error}", self.step))),
        }
    }

    /// A command to the project.
    pub(super) async fn project(
        &mut self,
        by: &Person,
        command: ProjectCommand,
        texts: Vec<Text>,
    ) -> Result<(), DemoError> {
        let stream = self.project_id.to_string();
        self.play::<Project>(&stream, &By::Person(by.clone()), None, texts, command).await
    }

    async fn phase(
        &mut self,
        by: &By,
        phase: PhaseId,
        command: PhaseCommand,
        texts: Vec<Text>,
    ) -> Result<(), DemoError> {
        self.play::<Phase>(&phase.to_string(), by, Some(phase), texts, command).await
    }

    /// Opens a phase.
    pub(super) async fn open(
        &mut self,
        kind: PhaseKind,
        by: &Person,
        phase: PhaseId,
        number: u32,
        title: &str,
        brief: &str,
    ) -> Result<(), DemoError> {
        let brief = salted(brief);
        let command = PhaseCommand::OpenPhase(OpenPhase {
            by: by.clone(),
            project_id: self.project_id,
            number,
            kind,
            title: title.to_owned(),
            brief: brief.clone(),
            approval_policy: ApprovalPolicy::default(),
        });
        self.phase(&By::Person(by.clone()), phase, command, vec![brief]).await
    }

    /// One turn: a message, and the reply to it, with the document it wrote.
    pub(super) async fn turn(
        &mut self,
        by: &Person,
        phase: PhaseId,
        stage: Stage,
        message: &str,
        reply: &str,
        document: Option<Written>,
    ) -> Result<(), DemoError> {
        let stream = conversation_stream(phase, stage);
        let turn_id = TurnId(fixed(0x1000 + u64::from(self.step)));
        let text = salted(message);
        let post = ConversationCommand::PostMessage {
            message: NewMessage {
                project_id: self.project_id,
                phase_id: phase,
                stage,
                message_id: MessageId(fixed(0x2000 + u64::from(self.step))),
                turn_id,
                author: by.user_id,
                text: text.clone(),
            },
        };
        self.play::<Conversation>(&stream, &By::Person(by.clone()), Some(phase), vec![text], post).await?;
        let start = ConversationCommand::StartReply {
            turn_id,
            attempt: 1,
            generated_by: generated_by(),
            prompt: PromptManifest { blocks: Vec::new(), cache_profile: "none".to_owned() },
        };
        self.play::<Conversation>(&stream, &By::Conductor, Some(phase), Vec::new(), start).await?;
        self.reply(by.user_id, phase, stage, turn_id, reply, document).await
    }

    async fn reply(
        &mut self,
        asked_by: UserId,
        phase: PhaseId,
        stage: Stage,
        turn_id: TurnId,
        reply: &str,
        document: Option<Written>,
    ) -> Result<(), DemoError> {
        let content = document.as_ref().map(|document| Text::plain(document.markdown));
        let whole = match &document {
            Some(Written { title, markdown }) => {
                format!("{reply}\n\n<artefact kind=\"{stage}\" title=\"{title}\">\n{markdown}</artefact>\n")
            }
            None => reply.to_owned(),
        };
        let text = salted(whole);
        let written: Vec<_> = document
            .iter()
            .zip(&content)
            .map(|(document, content)| WrittenDocument {
                ordinal: 0,
                stage,
                title: document.title.to_owned(),
                content: content.reference(),
                completeness: Completeness::Complete,
                substance: Substance::Whole,
                answers: Vec::new(),
            })
            .collect();
        let complete = ConversationCommand::CompleteReply {
            reply: Reply {
                turn_id,
                attempt: 1,
                text: text.clone(),
                documents: written.clone(),
                generated_by: generated_by(),
                usage: Usage::default(),
            },
            suggestions: Vec::new(),
            finish: FinishKind::Completed,
            model_returned: None,
        };
        let texts = std::iter::once(text).chain(content).collect();
        let stream = conversation_stream(phase, stage);
        self.play::<Conversation>(&stream, &By::Conductor, Some(phase), texts, complete).await?;
        for document in written {
            // The policy does the same a moment later, and finds it done.
            let save = PhaseCommand::SaveDocument(SaveDocument {
                turn_id,
                ordinal: document.ordinal,
                asked_by,
                stage,
                title: document.title,
                content: document.content,
                completeness: document.completeness,
                substance: document.substance,
                generated_by: generated_by(),
                earlier_authors: Vec::new(),
                answers: Vec::new(),
                approval_policy: ApprovalPolicy::default(),
            });
            self.phase(&By::Conductor, phase, save, Vec::new()).await?;
        }
        Ok(())
    }

    /// A submission from the IDE.
    pub(super) async fn submit(
        &mut self,
        by: &Person,
        phase: PhaseId,
        document: Written,
        sidecar: &str,
        source: konductro_domain::phase::artefact::Source,
    ) -> Result<(), DemoError> {
        let content = Text::plain(document.markdown);
        // As the door keeps it.
        let sidecar = Sidecar::from_json(sidecar).and_then(|sidecar| sidecar.to_json());
        let sidecar = Text::plain(sidecar.map_err(|error| DemoError(error.to_string()))?);
        let command = PhaseCommand::AddArtefactVersion(konductro_domain::phase::AddArtefactVersion {
            by: by.clone(),
            stage: Stage::TechnicalAnalysis,
            title: document.title.to_owned(),
            content: content.clone(),
            via: konductro_domain::phase::Via::Ide(Box::new(konductro_domain::phase::Submitted {
                submission_id: konductro_domain::ids::KeptSubmissionId(Uuid::now_v7()),
                source: Some(source),
                sidecar: Some(sidecar.clone()),
                findings: Vec::new(),
            })),
            earlier_authors: Vec::new(),
            answers: Vec::new(),
            approval_policy: ApprovalPolicy::default(),
        });
        self.phase(&By::Person(by.clone()), phase, command, vec![content, sidecar]).await
    }

    /// Approves what stands there.
    pub(super) async fn approve(
        &mut self,
        by: &Person,
        phase: PhaseId,
        stage: Stage,
        note: Option<&str>,
    ) -> Result<(), DemoError> {
        let loaded = self.commands.load::<Phase>(&phase.to_string()).await;
        let loaded = loaded.map_err(|error| DemoError(error.to_string()))?;
        let opened = loaded.state.opened().map_err(|error| DemoError(error.to_string()))?;
        let latest = opened.stages.get(&stage).and_then(|record| record.latest.as_ref());
        let latest = latest.ok_or_else(|| DemoError(format!("{stage} has no version")))?;
        let shown = opened.current(stage, latest);
        let findings = self.checker.at_gate(phase, opened, stage).await;
        let findings = findings.map_err(|error| DemoError(error.to_string()))?;
        let note = note.map(salted);
        let command = PhaseCommand::ApproveArtefact(ApproveArtefact {
            by: by.clone(),
            stage,
            version: shown.version,
            content_hash: shown.content_hash,
            upstream_hash: shown.upstream_hash,
            cycle: shown.cycle,
            note: note.clone(),
            findings: findings.to_vec(),
            waivers: Vec::new(),
            open_points: OpenPoints::default(),
        });
        self.phase(&By::Person(by.clone()), phase, command, note.into_iter().collect()).await
    }

    /// Sends a version back.
    pub(super) async fn request_changes(
        &mut self,
        by: &Person,
        phase: PhaseId,
        stage: Stage,
        version: u32,
        reason: &str,
    ) -> Result<(), DemoError> {
        let reason = salted(reason);
        let command = PhaseCommand::RequestChanges(RequestChanges {
            by: by.clone(),
            change_request_id: konductro_domain::ids::ChangeRequestId(fixed(0x3000 + u64::from(self.step))),
            stage,
            version,
            reason: reason.clone(),
            place: konductro_domain::artefact::anchor::Place::Whole,
        });
        self.phase(&By::Person(by.clone()), phase, command, vec![reason]).await
    }

    /// A one-off story in the project's Ad-hoc phase, with a refinement that awaits a decision.
    pub(super) async fn one_off(
        &mut self,
        by: &Person,
        phase_number: u32,
        number: u32,
        request: &str,
        refined: StoryDraft<StoryId>,
        questions: &[&str],
    ) -> Result<(), DemoError> {
        let (project_id, phase) = (self.project_id, PhaseId::ad_hoc_of(self.project_id));
        let brief = "One-off stories that belong to no planned phase.";
        self.open(PhaseKind::Adhoc, by, phase, phase_number, "Ad-hoc", brief).await?;
        let story_id = StoryId(fixed(0x4000 + u64::from(self.step)));
        let request = StoryCommand::RequestStory(RequestStory {
            by: by.clone(),
            story_id,
            project_id,
            phase_id: phase,
            number,
            request: salted(request),
            salt: rand::random(),
        });
        self.story(&By::Person(by.clone()), phase, story_id, request).await?;
        let ask = AskRefinement {
            attempt: 1,
            generated_by: generated_by(),
            prompt: PromptManifest { blocks: Vec::new(), cache_profile: "none".to_owned() },
        };
        self.story(&By::Conductor, phase, story_id, StoryCommand::AskRefinement(ask)).await?;
        let propose = ProposeRefinement {
            attempt: 1,
            draft: refined,
            questions: salted(Value::from(questions).to_string()),
            generated_by: generated_by(),
            model_returned: None,
            usage: Usage::default(),
            salt: rand::random(),
        };
        self.story(&By::Conductor, phase, story_id, StoryCommand::ProposeRefinement(propose)).await
    }

    async fn story(&mut self, by: &By, phase: PhaseId, story: StoryId, command: StoryCommand) -> Result<(), DemoError> {
        self.play::<Story>(&story.to_string(), by, Some(phase), Vec::new(), command).await
    }
}
