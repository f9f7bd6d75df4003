//! Killed between an approval and the backlog, the server makes each approved proposal a story, once.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use konductro_tests::chance::{Chance, times};
use konductro_tests::database::TestDatabase;
use konductro_tests::reviewed::{everything, items, phase_in_review, table, text};
use konductro_tests::wait::until_in;
use konductro_tests::{Person, Server, invariants};
use reqwest::Method;
use serde_json::{Value, json};

/// Approves every proposal at once, under a key each; gives those whose approval was acknowledged.
async fn approve_each(sdm: &Person, phase: &str, proposals: &[Value]) -> Vec<String> {
    let approvals = proposals.iter().map(|proposal| async move {
        let id = text(&proposal["id"]);
        let request = sdm
            .request(Method::POST, &format!("/phases/{phase}/proposals/{id}/approve"))
            .header("Idempotency-Key", format!("approve {id}"))
            .json(&json!({}));
        let answer = sdm.send_if_it_lives(request).await?;
        (answer.status == 200).then_some(id)
    });
    join_all(approvals).await.into_iter().flatten().collect()
}

/// The keys of the backlog's stories.
async fn keys(sdm: &Person, project: &str) -> Vec<String> {
    let backlog = sdm.get(&format!("/projects/{project}/backlog?limit=200")).await.expect(200);
    items(&backlog).iter().map(|story| text(&story["key"])).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_approved_proposal_becomes_one_story_whenever_the_server_is_killed() {
    let mut chance = Chance::seeded();
    let database = TestDatabase::empty().await;
    let mut server = Server::start_on(&database).await;
    let dana = server.administrator().await;
    let mut owner = database.owner().await;
    let mut approved_before_the_end = 0;
    for number in 0..times(8, 200) {
        let key = format!("S{number}");
        let project = dana.create_project(&key).await;
        let phase = phase_in_review(&dana, &project).await;
        let proposals = items(&table(&dana, &phase).await);
        // Any moment, from before the first approval to after the last story.
        let moment = Duration::from_micros(chance.below(60_000));
        let (acknowledged, ()) = tokio::join!(approve_each(&dana, &phase, &proposals), async {
            tokio::time::sleep(moment).await;
            server.kill();
        });
        server.restart().await;
        invariants::settled(&mut owner).await;

        let table = everything(&dana, &phase).await;
        let approved: Vec<&Value> = table.iter().filter(|proposal| proposal["status"] == "approved").collect();
        for id in &acknowledged {
            assert!(approved.iter().any(|proposal| proposal["id"] == id.as_str()), "{id} was acknowledged");
        }
        assert!(approved.iter().all(|proposal| proposal["story_id"].is_string()), "{approved:#?}");
        let stories: BTreeSet<String> = approved.iter().map(|proposal| text(&proposal["story_id"])).collect();
        assert_eq!(stories.len(), approved.len(), "a story for each of them");
        let dense: BTreeSet<String> = (1..=approved.len()).map(|story| format!("{key}-{story}")).collect();
        let found = keys(&dana, &project).await;
        assert_eq!((found.len(), found.into_iter().collect()), (approved.len(), dense), "no key twice, and no gap");

        // What had not been acknowledged is asked for again under the same key: done once, whatever it had come to.
        assert_eq!(approve_each(&dana, &phase, &proposals).await.len(), proposals.len());
        until_in(Duration::from_secs(30), "all of them in the backlog", || async {
            (keys(&dana, &project).await.len() == proposals.len()).then_some(())
        })
        .await;
        approved_before_the_end += approved.len();
    }
    println!("{approved_before_the_end} proposals were approved before a kill");
    invariants::settled(&mut owner).await;
    invariants::log_is_whole(&mut owner).await;
    invariants::live_equals_rebuilt(&mut owner).await;
    assert_eq!(server.stop(), Some(0), "{}", server.output());
}
