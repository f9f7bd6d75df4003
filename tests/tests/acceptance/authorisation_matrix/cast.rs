//! Everybody who tries: one person for each column of the table, and the owner, who sets the scenes.

use konductro_tests::wait::until;
use konductro_tests::{Person, Server};
use serde_json::json;

/// A kind of person: a column of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Actor {
    Sdm,
    Architect,
    Developer,
    Auditor,
    Admin,
    Elsewhere,
    Nobody,
    Anonymous,
    Token,
}

impl Actor {
    /// In the order of the columns.
    pub(super) const ALL: [Actor; 9] = [
        Actor::Sdm,
        Actor::Architect,
        Actor::Developer,
        Actor::Auditor,
        Actor::Admin,
        Actor::Elsewhere,
        Actor::Nobody,
        Actor::Anonymous,
        Actor::Token,
    ];
}

/// A project, and everybody.
pub(super) struct Cast {
    pub(super) url: String,
    /// Set the workspace up, and holds every role in the project but auditor.
    pub(super) owner: Person,
    pub(super) project: String,
    people: Vec<Person>,
}

impl Cast {
    pub(super) async fn gather(server: &Server) -> Self {
        let owner = server.administrator().await;
        let project = owner.create_project("PAY").await;
        owner.add_member(&project, &owner, &["sdm", "architect", "developer"]).await;
        let other = owner.create_project("OTHER").await;
        let mut people = Vec::new();
        for actor in Actor::ALL {
            let name = format!("{actor:?}");
            let email = format!("{}@example.com", name.to_lowercase());
            people.push(match actor {
                Actor::Anonymous => Person::anonymous(server.url()),
                Actor::Token => {
                    let scopes = ["read", "analysis:write", "findings:write"];
                    owner.by_token(&owner.issue_token(&project, &scopes).await.0)
                }
                _ => owner.invite(&name, &email).await,
            });
            let person = people.last().unwrap();
            match actor {
                Actor::Sdm | Actor::Architect | Actor::Developer | Actor::Auditor => {
                    owner.add_member(&project, person, &[&name.to_lowercase()]).await;
                }
                Actor::Elsewhere => owner.add_member(&other, person, &["sdm", "architect", "developer"]).await,
                Actor::Admin => {
                    let path = format!("/users/{}", person.user_id);
                    let appoint = owner.request(reqwest::Method::PATCH, &path).json(&json!({ "administrator": true }));
                    owner.send(appoint).await.expect(200);
                }
                Actor::Nobody | Actor::Anonymous | Actor::Token => {}
            }
        }
        Self { url: server.url().to_owned(), owner, project, people }
    }

    pub(super) fn person(&self, actor: Actor) -> &Person {
        &self.people[Actor::ALL.iter().position(|it| *it == actor).unwrap()]
    }

    /// A full phase, or a light one.
    pub(super) async fn open(&self, kind: &str) -> String {
        let path = format!("/projects/{}/phases", self.project);
        let opened = self.owner.post(&path, json!({ "kind": kind, "title": "Split settlement" })).await;
        opened.expect(201)["id"].as_str().unwrap().to_owned()
    }

    /// A phase in which everything before a stage is approved.
    pub(super) async fn unlocked(&self, stage: &str) -> String {
        if stage == "scoping" {
            return self.open("light").await;
        }
        let phase = self.open("full").await;
        for earlier in ["requirements", "technical_analysis", "architecture"].into_iter().take_while(|it| *it != stage)
        {
            self.owner.save_version(&phase, earlier, &format!("# As {earlier} was shown\n")).await.expect(201);
            self.owner.approve(&phase, earlier).await.expect(201);
        }
        phase
    }

    /// A phase in which a stage awaits a decision.
    pub(super) async fn in_review(&self, stage: &str) -> String {
        let phase = self.unlocked(stage).await;
        self.owner.save_version(&phase, stage, &format!("# As {stage} was shown\n")).await.expect(201);
        phase
    }

    /// A phase in which a stage is approved.
    pub(super) async fn approved(&self, stage: &str) -> String {
        let phase = self.in_review(stage).await;
        self.owner.approve(&phase, stage).await.expect(201);
        phase
    }

    /// A phase in which a stage is stale, and can be reaffirmed.
    pub(super) async fn stale(&self, stage: &str) -> String {
        let phase = self.approved(stage).await;
        let reopen = format!("/phases/{phase}/stages/requirements/reopen");
        self.owner.post(&reopen, json!({ "reason": "R-1 is wrong" })).await.expect(200);
        self.owner.approve(&phase, "requirements").await.expect(201);
        if stage == "architecture" {
            let reaffirmed = self.owner.approval_of(&phase, "technical_analysis").await;
            let path = format!("/phases/{phase}/artefacts/technical_analysis/reaffirm");
            self.owner.post(&path, reaffirmed).await.expect(201);
        }
        phase
    }

    /// A one-off story whose refinement awaits a decision.
    pub(super) async fn story(&self) -> String {
        let path = format!("/projects/{}/stories", self.project);
        let added = self.owner.post(&path, json!({ "request": "Show sellers the pay-out date" })).await.expect(201);
        let story = format!("/stories/{}", added["id"].as_str().unwrap());
        until("the refinement", || async {
            let now = self.owner.get(&story).await.expect(200);
            (now["refinement"]["state"] == "proposed").then_some(())
        })
        .await;
        story
    }
}
