//! A phase whose conversation is held with a model server that does what a test says.

use serde_json::{Value, json};

use crate::hostile_model::{Act, HostileModel, done, finish, stream_head, text};
use crate::socket::Socket;
use crate::wait::until;
use crate::{Person, Server};

/// A running server with its model, and a phase that Dana and Mara plan; Jonas is a developer there.
pub struct Conversing {
    pub server: Server,
    pub model: HostileModel,
    pub dana: Person,
    pub mara: Person,
    pub jonas: Person,
    pub project: String,
    pub phase: String,
}

/// A whole reply.
pub fn reply(words: &str) -> Vec<Act> {
    vec![stream_head(), text(words), finish("stop"), done()]
}

/// A reply that its length limit cuts.
pub fn cut_reply(words: &str) -> Vec<Act> {
    vec![stream_head(), text(words), finish("length"), done()]
}

/// A reply that begins, and is still being written until somebody stops it.
pub fn endless_reply(words: &str) -> Vec<Act> {
    vec![stream_head(), text(words), Act::Stall]
}

impl Conversing {
    /// One script for each request to the model, in order.
    pub async fn with(scripts: Vec<Vec<Act>>) -> Self {
        Self::with_settings(scripts, &[]).await
    }

    /// The same, with settings of the server.
    pub async fn with_settings(scripts: Vec<Vec<Act>>, more: &[(&str, &str)]) -> Self {
        let model = HostileModel::start(scripts).await;
        let mut settings = vec![("OPENAI_BASE_URL", model.base_url.as_str()), ("KONDUCTRO_MODEL", "scripted")];
        settings.extend_from_slice(more);
        let server = Server::start_with(&settings).await;
        let dana = server.administrator().await;
        let mara = dana.invite("Mara Lindqvist", "mara@example.com").await;
        let jonas = dana.invite("Jonas Weil", "jonas@example.com").await;
        let project = dana.create_project("PAY").await;
        dana.add_member(&project, &mara, &["sdm"]).await;
        dana.add_member(&project, &jonas, &["developer"]).await;
        let phase = dana.open_phase(&project, "Split settlement").await;
        Self { server, model, dana, mara, jonas, project, phase }
    }

    /// The address of the conversation in requirements.
    pub fn stage(&self) -> String {
        format!("/phases/{}/stages/requirements", self.phase)
    }

    /// The conversation as somebody reads it.
    pub async fn read_by(&self, reader: &Person) -> Value {
        reader.get(&format!("{}/messages", self.stage())).await.expect(200)
    }

    /// Writes, and gives the ids.
    pub async fn post(&self, by: &Person, words: &str) -> Value {
        by.post(&format!("{}/messages", self.stage()), json!({ "text": words })).await.expect(202)
    }

    /// Writes, and gives the turn once its reply has begun.
    pub async fn begun(&self, words: &str) -> String {
        let turn = self.post(&self.dana, words).await["turn_id"].as_str().expect("a turn").to_owned();
        until("the reply to begin", || async {
            let live = self.read_by(&self.dana).await["live_turn"].clone();
            (live["turn_id"] == turn.as_str() && live["state"] == "streaming").then_some(())
        })
        .await;
        turn
    }

    /// A socket that hears the conversation.
    pub async fn socket(&self) -> Socket {
        let url = format!("{}/api/v1/ws", self.server.url());
        let headers = [("cookie", self.dana.cookie()), ("origin", self.server.url())];
        let mut socket = Socket::open(&url, &headers).await.expect("the socket opens");
        socket.subscribe(&format!("conversation:{}:requirements", self.phase)).await;
        socket
    }

    /// Writes, and gives the turn once its reply has come so far.
    pub async fn begun_saying(&self, words: &str, said: &str) -> String {
        let mut socket = self.socket().await;
        let turn = self.post(&self.dana, words).await["turn_id"].as_str().expect("a turn").to_owned();
        while !socket.text().contains(said) {
            socket.next().await.expect("the socket stays open");
        }
        turn
    }

    /// Does something with a turn.
    pub async fn turn(&self, by: &Person, turn: &str, verb: &str, body: Value) -> crate::person::Answer {
        by.post(&format!("{}/turns/{turn}/{verb}", self.stage()), body).await
    }

    /// Stops a reply, and waits for its end.
    pub async fn stop(&self, turn: &str) -> Value {
        self.turn(&self.dana, turn, "stop", Value::Null).await.expect(202);
        self.reply_of(turn).await
    }

    /// The reply of a turn, once it has ended.
    pub async fn reply_of(&self, turn: &str) -> Value {
        self.dana.reply_of(&self.phase, "requirements", turn).await
    }

    /// The names of the phase's events, oldest first.
    pub async fn history(&self) -> Vec<Value> {
        let history = self.dana.get(&format!("/phases/{}/history?limit=200", self.phase)).await.expect(200);
        history["items"].as_array().expect("events").clone()
    }

    /// How many events of this name there are.
    pub async fn count(&self, name: &str) -> usize {
        self.history().await.iter().filter(|event| event["type"] == name).count()
    }
}
