//! Guided mode, tried as people would: in conversations, and with every text that they might send.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests fail by panicking")]

mod amending;
mod any_text;
mod architecture;
mod checked;
mod conversation;
mod requirements;

use futures_util::StreamExt;
use konductro_domain::conductor::{
    Exchange, FinishKind, GivenArtefact, LanguageModel, ModelEvent, Prompt, Request, RequestedChange, Scoping, Task,
};
use konductro_domain::ids::{ChangeRequestId, ProjectId};
use konductro_domain::stage::Stage;
use konductro_domain::text::Hash;
use uuid::Uuid;

use super::Guided;
use super::artefact::documents_in;
use super::reply::{Reply, reply};

/// A conversation that is held one message at a time, and whose documents are saved as a server would.
struct Conversation {
    task: Task,
    last: Reply,
}

fn task(stage: Stage) -> Task {
    Task {
        project_id: ProjectId(uuid::Uuid::nil()),
        project_name: "Clinic".to_owned(),
        project_context: String::new(),
        phase_title: "Clinic booking".to_owned(),
        phase_brief: String::new(),
        stage,
        approved: Vec::new(),
        scoping: Scoping::default(),
        current: None,
        change_requests: Vec::new(),
        accepted_findings: Vec::new(),
        findings: Vec::new(),
        history: Vec::new(),
        message: String::new(),
    }
}

fn request(reason: &str) -> RequestedChange {
    RequestedChange { id: ChangeRequestId(Uuid::from_u128(7)), reason: reason.to_owned(), place: None, answers: vec![] }
}

fn artefact(stage: Stage, version: u32, markdown: &str) -> GivenArtefact {
    GivenArtefact {
        stage,
        version,
        title: stage.title().to_owned(),
        markdown: markdown.to_owned(),
        content_hash: Hash::of(markdown.as_bytes()),
        edited_by_hand: false,
    }
}

impl Conversation {
    fn given(task: Task) -> Self {
        Self { task, last: Reply { text: String::new(), suggestions: Vec::new() } }
    }

    /// A person says something; Conductor replies.
    fn says(&mut self, message: &str) -> &mut Self {
        self.task.message = message.to_owned();
        self.last = reply(&self.task);
        assert_eq!(self.last, reply(&self.task), "the same task gives the same reply");
        let text = self.last.text.clone();
        self.task.history.push(Exchange { message: message.to_owned(), reply: text.clone() });
        if let Some(document) = documents_in(&text).pop() {
            let version = self.task.current.as_ref().map_or(1, |current| current.version + 1);
            self.task.current = Some(artefact(self.task.stage, version, document.trim_matches('\n')));
            self.task.change_requests.clear();
        }
        self
    }

    /// A person edits the document.
    fn edits(&mut self, from: &str, to: &str) -> &mut Self {
        let current = self.task.current.as_mut().expect("there is a document to edit");
        assert!(current.markdown.contains(from), "the document holds {from:?}:\n{}", current.markdown);
        current.markdown = current.markdown.replacen(from, to, 1);
        current.version += 1;
        current.edited_by_hand = true;
        self
    }

    fn document(&self) -> &str {
        &self.task.current.as_ref().expect("a document was written").markdown
    }

    fn asks(&mut self, words: &str) -> &mut Self {
        assert!(self.last.text.contains(words), "expected {words:?} in:\n{}", self.last.text);
        self
    }

    fn holds(&self, words: &str) -> &Self {
        assert!(self.document().contains(words), "expected {words:?} in:\n{}", self.document());
        self
    }

    fn holds_no(&self, words: &str) -> &Self {
        assert!(!self.document().contains(words), "did not expect {words:?} in:\n{}", self.document());
        self
    }
}

const PROBLEM: &str = "Patients wait ten minutes on the phone to get an appointment, and one in five gives up.";
const USERS: &str = "Patients, receptionists and doctors";
const CAPABILITIES: &str = "Patients can book, change and cancel an appointment up to 24 hours before. Doctors can see the appointments of the day. Patients get a reminder by SMS. Nice to have: receptionists can export the calendar.";
const OUTCOMES: &str = "Half of all appointments are booked online within three months.";
const RULES: &str = "A slot is never booked twice. If the SMS service is down, send an e-mail instead.";
const QUALITIES: &str = "Pages within 1 second, 99.9 % available, 300 people at once";
const LIMITS: &str = "Live by 1 March, hosted in the EU, GDPR applies. Not this time: payments, a native app.";

/// The whole interview about requirements.
fn requirements_interview() -> Conversation {
    let mut talk = Conversation::given(task(Stage::Requirements));
    for message in ["Hello", PROBLEM, USERS, CAPABILITIES, OUTCOMES, RULES, QUALITIES, LIMITS] {
        talk.says(message);
    }
    talk
}

#[tokio::test]
async fn a_reply_arrives_in_small_pieces_and_ends_once() {
    let mut task = task(Stage::Requirements);
    task.message = "Hello".to_owned();
    let whole = reply(&task);
    let guided = Guided::new(std::time::Duration::ZERO);
    let request = Request::converse(task, Prompt { messages: Vec::new() });
    let events: Vec<ModelEvent> = guided.stream(request).collect().await;

    let text: String = events
        .iter()
        .filter_map(|event| if let ModelEvent::Text(text) = event { Some(text.as_str()) } else { None })
        .collect();
    assert_eq!(text, whole.text);
    assert!(events.iter().filter(|event| matches!(event, ModelEvent::Text(_))).count() > 10);
    assert_eq!(events.last(), Some(&ModelEvent::Finished(FinishKind::Completed)));
    assert!(events.iter().any(|event| matches!(event, ModelEvent::Usage(usage) if usage.prompt_tokens.is_none() && usage.completion_tokens.is_none())));
    assert!(events.iter().any(|event| matches!(event, ModelEvent::Suggestion(_))));
    assert_eq!(guided.generated_by().model, "guided");
}
