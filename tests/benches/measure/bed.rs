//! The server under measurement: the release binary on a cluster of the run's own, with one SDM and one project.

use konductro_tests::database::TestDatabase;
use konductro_tests::{Person, Server};
use uuid::Uuid;

use crate::connection::post;

/// A server in `DATABASE_URL` mode, so that others can measure on the very same cluster.
pub struct Bed {
    pub server: Server,
    pub sdm: Person,
    pub project: String,
    pub database: TestDatabase,
}

impl Bed {
    /// Starts it, with this model server.
    pub async fn lay(model: &str) -> Self {
        let database = TestDatabase::new().await;
        let url = url(&database);
        let environment =
            [("DATABASE_URL", url.as_str()), ("OPENAI_BASE_URL", model), ("KONDUCTRO_MODEL", "metronome")];
        let server = Server::start_with(&environment).await;
        let sdm = server.administrator().await;
        let project = sdm.create_project("MEASURE").await;
        Self { server, sdm, project, database }
    }

    /// `127.0.0.1:port`.
    pub fn address(&self) -> &str {
        self.server.url().trim_start_matches("http://")
    }

    /// Phases with nothing in them yet.
    pub async fn phases(&self, count: usize) -> Vec<String> {
        let mut phases = Vec::with_capacity(count);
        for number in 0..count {
            phases.push(self.sdm.open_phase(&self.project, &format!("Phase {number}")).await);
        }
        phases
    }

    /// The request of the command that is measured: a person saves a new version, once, with a receipt.
    pub fn save_version(&self, phase: &str) -> Vec<u8> {
        let path = format!("/api/v1/phases/{phase}/artefacts/requirements/versions");
        let body = serde_json::json!({ "title": "Requirements", "markdown": document() }).to_string();
        post(self.address(), &path, self.sdm.cookie(), &body)
    }
}

/// A short document that no other is equal to.
pub fn document() -> String {
    let id = Uuid::now_v7();
    format!(
        "# Requirements {id}\n\n## Goals\nSellers wait three days for their money; they shall have it the next working day.\n\n\
         ## Functional\n- R-1 A pay-out is split by seller when an order is captured.\n\
         - R-2 A seller sees every pay-out with the orders in it.\n- R-3 A failed transfer is tried again the next day.\n\n\
         ## Non-functional\n- N-1 A pay-out run of 100,000 sellers ends within an hour.\n"
    )
}

fn url(database: &TestDatabase) -> String {
    let options = database.options();
    let socket = options.get_socket().expect("the cluster listens on a socket").display();
    let name = options.get_database().expect("a database");
    format!("postgres:///{name}?host={socket}&port={}&user={}", options.get_port(), options.get_username())
}
