//! An account, kept outside, of what a server acknowledged while it was killed again and again.
//!
//! A round has a project of its own and writers that write until the server is gone. What was answered must be
//! there exactly once; what was not may be there once or not at all; and a repeat with the same idempotency key
//! turns the second kind into the first.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::person::{Answer, Person};

const ROLES: [&[&str]; 3] = [&["developer"], &["architect"], &["architect", "developer"]];

/// What is written.
#[derive(Debug, Clone)]
enum What {
    Phase,
    Message {
        phase: String,
    },
    Version {
        phase: String,
    },
    Roles {
        user: String,
        roles: &'static [&'static str],
    },
    /// Approves the requirements in a cycle.
    Approval {
        cycle: u64,
    },
    /// Opens them again after a cycle.
    Reopening {
        cycle: u64,
    },
}

/// One request, and what was answered; no answer, no knowledge.
#[derive(Debug, Clone)]
struct Entry {
    what: What,
    /// Stands in what was written, and nowhere else.
    mark: String,
    key: Option<String>,
    answer: Option<Value>,
}

/// The writes of one life of the server.
pub struct Round {
    by: Person,
    project: String,
    versions_of: String,
    /// The phase whose requirements are approved and opened again, and what an approval of them names.
    decisions_in: String,
    shown: Value,
    members: Vec<String>,
    entries: Mutex<Vec<Entry>>,
    acknowledged: AtomicUsize,
}

impl Entry {
    fn new(what: What, keyed: bool) -> Self {
        let key = keyed.then(|| Uuid::now_v7().to_string());
        Self { what, mark: format!("mark {}", Uuid::now_v7()), key, answer: None }
    }

    async fn send(&self, round: &Round) -> Option<Answer> {
        let Round { by, project, .. } = round;
        let (method, path, body) = match &self.what {
            What::Phase => {
                let body = json!({ "kind": "full", "title": self.mark, "brief": "Written while the server dies." });
                (Method::POST, format!("/projects/{project}/phases"), body)
            }
            What::Message { phase } => {
                (Method::POST, format!("/phases/{phase}/stages/requirements/messages"), json!({ "text": self.mark }))
            }
            What::Version { phase } => {
                let body = json!({ "title": self.mark, "markdown": format!("# Requirements\n\n{}\n", self.mark) });
                (Method::POST, format!("/phases/{phase}/artefacts/requirements/versions"), body)
            }
            What::Roles { user, roles } => {
                (Method::PUT, format!("/projects/{project}/members/{user}"), json!({ "roles": roles }))
            }
            What::Approval { cycle } => {
                let mut approval = round.shown.clone();
                approval["cycle"] = json!(cycle);
                (Method::POST, format!("/phases/{}/artefacts/requirements/approvals", round.decisions_in), approval)
            }
            What::Reopening { .. } => {
                let path = format!("/phases/{}/stages/requirements/reopen", round.decisions_in);
                (Method::POST, path, json!({ "reason": self.mark }))
            }
        };
        let request = by.request(method, &path).json(&body);
        let request = match &self.key {
            Some(key) => request.header("Idempotency-Key", key),
            None => request,
        };
        by.send_if_it_lives(request).await
    }

    /// What names the thing that was made; a repeat must name the same.
    fn made(&self) -> Option<Value> {
        let answer = self.answer.as_ref()?;
        Some(match &self.what {
            What::Phase => json!([answer["id"], answer["number"]]),
            What::Message { .. } => json!([answer["message_id"], answer["turn_id"]]),
            What::Version { .. } => json!([answer["version"], answer["content_hash"]]),
            What::Roles { .. } | What::Approval { .. } | What::Reopening { .. } => Value::Null,
        })
    }
}

impl Round {
    /// Makes the project; the members are invited already.
    pub async fn prepare(by: &Person, key: &str, members: &[Person]) -> Self {
        let project = by.create_project(key).await;
        let versions_of = by.open_phase(&project, "Versions").await;
        let decisions_in = by.open_phase(&project, "Decisions").await;
        by.save_version(&decisions_in, "requirements", "# As shown\n").await.expect(201);
        let shown = by.approval_of(&decisions_in, "requirements").await;
        let members = members.iter().map(|member| member.user_id.clone()).collect();
        let (by, entries) = (by.clone(), Mutex::default());
        let acknowledged = AtomicUsize::new(0);
        Self { by, project, versions_of, decisions_in, shown, members, entries, acknowledged }
    }

    /// How many writes were answered so far.
    pub fn acknowledged(&self) -> usize {
        self.acknowledged.load(Ordering::Acquire)
    }

    /// Writes until the server is gone.
    pub async fn write_until_it_dies(&self) {
        tokio::join!(self.converse(0), self.converse(1), self.save_versions(), self.change_members(), self.decide());
    }

    async fn decide(&self) {
        for cycle in 1.. {
            for what in [What::Approval { cycle }, What::Reopening { cycle }] {
                if self.write(Entry::new(what, cycle % 2 == 0)).await.is_none() {
                    return;
                }
            }
        }
    }

    async fn converse(&self, offset: usize) {
        for count in offset.. {
            let Some(phase) = self.write(Entry::new(What::Phase, count % 2 == 0)).await else { return };
            let phase = phase["id"].as_str().expect("a phase's id").to_owned();
            if self.write(Entry::new(What::Message { phase }, count % 3 != 0)).await.is_none() {
                return;
            }
        }
    }

    async fn save_versions(&self) {
        for count in 0.. {
            let what = What::Version { phase: self.versions_of.clone() };
            if self.write(Entry::new(what, count % 2 == 0)).await.is_none() {
                return;
            }
        }
    }

    async fn change_members(&self) {
        for count in 0.. {
            let user = self.members[count % self.members.len()].clone();
            let what = What::Roles { user, roles: ROLES[count / self.members.len() % ROLES.len()] };
            if self.write(Entry::new(what, false)).await.is_none() {
                return;
            }
        }
    }

    /// Sends, and enters what came of it; none once the server is gone.
    async fn write(&self, mut entry: Entry) -> Option<Value> {
        let answer = entry.send(self).await;
        if let Some(answer) = answer {
            // Only a server that has lost its database, and dies of it, may say that it does not know.
            if answer.status != 503 {
                assert!((200..300).contains(&answer.status), "{entry:?}: {:#}", answer.body);
                entry.answer = Some(answer.body);
                self.acknowledged.fetch_add(1, Ordering::AcqRel);
            }
        }
        let body = entry.answer.clone();
        self.entries.lock().unwrap().push(entry);
        body
    }

    /// Repeats everything that has a key: the answered gets the same answer, the unanswered is done now if it was not.
    pub async fn repeat_what_has_a_key(&self) {
        let keyed: Vec<_> = self.entries.lock().unwrap().iter().filter(|entry| entry.key.is_some()).cloned().collect();
        for entry in keyed {
            let answer = entry.send(self).await.expect("the server lives");
            assert!((200..300).contains(&answer.status), "repeating {entry:?}: {:#}", answer.body);
            assert!(!answer.header("konductro-position").is_empty(), "{entry:?}: a repeat says where it is, too");
            let again = Entry { answer: Some(answer.body), ..entry.clone() };
            if entry.answer.is_some() {
                assert_eq!(again.made(), entry.made(), "a repeat names what the first request made");
            }
            let mut entries = self.entries.lock().unwrap();
            if let Some(kept) = entries.iter_mut().find(|kept| kept.key == entry.key) {
                *kept = again;
            }
        }
    }

    /// Everything answered is there exactly once, and nothing is there twice.
    pub async fn verify(&self) {
        let entries = self.entries.lock().unwrap().clone();
        self.phases_are_there(&entries).await;
        self.messages_are_there(&entries).await;
        self.versions_are_there(&entries).await;
        self.roles_are_there(&entries).await;
        self.decisions_are_there(&entries).await;
    }

    async fn decisions_are_there(&self, entries: &[Entry]) {
        let history = self.by.get(&format!("/phases/{}/history?limit=100", self.decisions_in)).await.expect(200);
        let history = history["items"].as_array().expect("events").clone();
        for entry in entries {
            let (name, cycle) = match entry.what {
                What::Approval { cycle } => ("ApprovalGiven", cycle),
                What::Reopening { cycle } => ("StageReopened", cycle + 1),
                _ => continue,
            };
            let of_cycle = |event: &&Value| event["type"] == name && event["payload"]["cycle"] == cycle;
            once(entry, &history.iter().filter(of_cycle).collect::<Vec<_>>());
        }
    }

    async fn phases_are_there(&self, entries: &[Entry]) {
        let listed = self.by.get(&format!("/projects/{}/phases", self.project)).await.expect(200);
        let listed = listed["items"].as_array().expect("phases").clone();
        let mut numbers: Vec<_> = listed.iter().filter_map(|phase| phase["number"].as_u64()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=listed.len() as u64).collect::<Vec<_>>(), "phase numbers have no gap");
        for entry in entries.iter().filter(|entry| matches!(entry.what, What::Phase)) {
            let found: Vec<_> = listed.iter().filter(|phase| phase["title"] == entry.mark.as_str()).collect();
            once(entry, &found);
            if let Some(answer) = &entry.answer {
                assert_eq!(found[0]["id"], answer["id"]);
                let path = format!("/phases/{}", answer["id"].as_str().expect("an id"));
                assert_eq!(self.by.get(&path).await.expect(200)["title"], entry.mark.as_str());
            }
        }
    }

    async fn messages_are_there(&self, entries: &[Entry]) {
        for entry in entries {
            let What::Message { phase } = &entry.what else { continue };
            let messages = self.by.get(&format!("/phases/{phase}/stages/requirements/messages")).await.expect(200);
            let messages = messages["items"].as_array().expect("messages").clone();
            let people: Vec<_> = messages.iter().filter(|message| message["author"]["kind"] == "person").collect();
            once(entry, &people);
            assert!(people.iter().all(|message| message["text"] == entry.mark.as_str()), "{people:#?}");
            if let Some(answer) = &entry.answer {
                assert_eq!((&people[0]["id"], &people[0]["turn_id"]), (&answer["message_id"], &answer["turn_id"]));
                let replies = messages.iter().filter(|message| message["author"]["kind"] == "conductor").count();
                assert_eq!(replies, 1, "a reply is shown once: {messages:#?}");
            }
        }
    }

    async fn versions_are_there(&self, entries: &[Entry]) {
        let path = format!("/phases/{}/artefacts/requirements/versions?limit=100", self.versions_of);
        let (mut listed, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = self.by.get(&format!("{path}{cursor}")).await.expect(200);
            listed.extend(page["items"].as_array().expect("versions").clone());
            let Some(next) = page["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        let mut numbers: Vec<_> = listed.iter().filter_map(|version| version["version"].as_u64()).collect();
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=listed.len() as u64).collect::<Vec<_>>(), "version numbers have no gap");
        for entry in entries.iter().filter(|entry| matches!(entry.what, What::Version { .. })) {
            let found: Vec<_> = listed.iter().filter(|version| version["title"] == entry.mark.as_str()).collect();
            once(entry, &found);
            if let Some(answer) = &entry.answer {
                assert_eq!(
                    (&found[0]["version"], &found[0]["content_hash"]),
                    (&answer["version"], &answer["content_hash"])
                );
            }
        }
    }

    /// Each member has the roles that were answered last, or those that were asked for when the server died.
    async fn roles_are_there(&self, entries: &[Entry]) {
        let mut possible: BTreeMap<&str, Vec<Vec<&str>>> = BTreeMap::new();
        for entry in entries {
            let What::Roles { user, roles } = &entry.what else { continue };
            let of_user = possible.entry(user).or_insert_with(|| vec![Vec::new()]);
            if entry.answer.is_some() {
                of_user.clear();
            }
            of_user.push(roles.to_vec());
        }
        let project = self.by.get(&format!("/projects/{}", self.project)).await.expect(200);
        for (user, possible) in possible {
            let members = project["members"].as_array().expect("members");
            let roles = members.iter().find(|member| member["user_id"] == user).map(|member| &member["roles"]);
            let mut roles: Vec<&str> =
                roles.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
            roles.sort_unstable();
            assert!(possible.contains(&roles), "{user} has {roles:?}, which is none of {possible:?}");
        }
    }
}

fn once(entry: &Entry, found: &[&Value]) {
    let bound = usize::from(entry.answer.is_none());
    assert!(found.len() <= 1, "{entry:?} is there {} times: {found:#?}", found.len());
    assert!(found.len() + bound >= 1, "{entry:?} was acknowledged and is lost");
}
