//! Killed at any moment, the server loses nothing that it acknowledged and does nothing twice.

use std::time::Duration;

use konductro_tests::chance::{Chance, times};
use konductro_tests::database::TestDatabase;
use konductro_tests::hostile_model::{Act, HostileModel, done, finish, stream_head, text};
use konductro_tests::ledger::Round;
use konductro_tests::server::{is_alive, postgres_pid, signal};
use konductro_tests::wait::{until, until_in};
use konductro_tests::{Person, Server, invariants};
use serde_json::{Value, json};
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, Connection as _};

/// A reply that takes its time, with a document in it, so that kills fall into all of its parts.
fn slow_reply() -> Vec<Act> {
    let words = [
        "I write it down.\n\n",
        "<artefact kind=\"requirements\" title=\"Daily pay-out\">\n",
        "# Daily pay-out\n\n## Summary\nSellers wait.\n\n",
        "## Requirements\n### R-1 Pay daily\n",
        "The next working day.\n",
        "</artefact>\n",
        "\nIs that right?",
    ];
    let pause = || Act::Pause(Duration::from_millis(15));
    let written = words.iter().flat_map(|word| [text(word), pause()]);
    [stream_head()].into_iter().chain(written).chain([finish("stop"), done()]).collect()
}

fn model_settings(model: &HostileModel) -> [(&str, &str); 2] {
    [("OPENAI_BASE_URL", &model.base_url), ("KONDUCTRO_MODEL", "slow")]
}

async fn members(dana: &Person) -> Vec<Person> {
    vec![dana.invite("Mara Lindqvist", "mara@example.com").await, dana.invite("Jonas Weil", "jonas@example.com").await]
}

/// Lets the writers write, and kills in the midst of it.
async fn write_and_kill(round: &Round, chance: &mut Chance, kill: impl FnOnce()) {
    let (enough, moment) = (chance.below(10) as usize, Duration::from_micros(chance.below(20_000)));
    let killer = async {
        until_in(Duration::from_secs(60), "writes to be acknowledged", || async {
            (round.acknowledged() >= enough).then_some(())
        })
        .await;
        // Any moment, not a certain one: this is the chance of the kill, not a wait for something.
        tokio::time::sleep(moment).await;
        kill();
    };
    tokio::join!(round.write_until_it_dies(), killer);
}

async fn everything_holds(connection: &mut sqlx::PgConnection) {
    invariants::settled(connection).await;
    invariants::log_is_whole(connection).await;
    invariants::turns_ended_once(connection).await;
    invariants::live_equals_rebuilt(connection).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kills_at_random_moments_lose_no_acknowledged_write_and_double_none() {
    let mut chance = Chance::seeded();
    let (database, model) = (TestDatabase::empty().await, HostileModel::start(vec![slow_reply()]).await);
    let url = database.url();
    let [address, name] = model_settings(&model);
    let mut server = Server::start_with(&[("DATABASE_URL", &url), address, name]).await;
    let dana = server.administrator().await;
    let members = members(&dana).await;
    let mut owner = database.owner().await;
    let mut rounds = Vec::new();
    for number in 0..times(30, 1_000) {
        let round = Round::prepare(&dana, &format!("R{number}"), &members).await;
        write_and_kill(&round, &mut chance, || server.kill()).await;
        server.restart().await;
        round.repeat_what_has_a_key().await;
        round.verify().await;
        rounds.push(round);
    }
    // Nothing goes away later either, while turns end and documents are saved.
    everything_holds(&mut owner).await;
    for round in &rounds {
        round.verify().await;
    }
    assert_eq!(server.stop(), Some(0), "{}", server.output());
    everything_holds(&mut owner).await;
    let written: usize = rounds.iter().map(Round::acknowledged).sum();
    println!("{written} acknowledged writes in {} rounds", rounds.len());
}

/// What is killed with the private PostgreSQL in the data folder.
#[derive(Clone, Copy)]
enum Victim {
    Server,
    Postgres,
    Both,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_its_own_postgres_too_whichever_of_them_is_killed() {
    let mut chance = Chance::seeded();
    let mut server = Server::start().await;
    let dana = server.administrator().await;
    let members = members(&dana).await;
    for number in 0..times(6, 60) {
        let victim = [Victim::Server, Victim::Postgres, Victim::Both][number % 3];
        let round = Round::prepare(&dana, &format!("R{number}"), &members).await;
        let postgres = postgres_pid(server.data()).unwrap();
        write_and_kill(&round, &mut chance, || match victim {
            Victim::Server => server.kill(),
            Victim::Postgres => signal(postgres, "KILL"),
            Victim::Both => {
                signal(postgres, "KILL");
                server.kill();
            }
        })
        .await;
        if matches!(victim, Victim::Postgres) {
            assert_eq!(server.exit_code(), Some(1), "{}", server.output());
        }
        match victim {
            Victim::Server => assert!(is_alive(postgres), "PostgreSQL outlives a kill of the server"),
            // A killed process may take a moment to give its memory back before it is gone.
            Victim::Postgres | Victim::Both => {
                until("PostgreSQL to be gone", || async { (!is_alive(postgres)).then_some(()) }).await;
            }
        }
        server.restart().await;
        round.repeat_what_has_a_key().await;
        round.verify().await;
    }
    let socket = server.data().join("cluster");
    let options = PgConnectOptions::new_without_pgpass().socket(socket).username("konductro").database("konductro");
    let mut owner = options.connect().await.unwrap();
    everything_holds(&mut owner).await;
    owner.close().await.unwrap();
    assert_eq!(server.stop(), Some(0), "{}", server.output());
}

/// A reply that begins and never goes on; the next request is answered whole.
fn begins_then_answers() -> Vec<Vec<Act>> {
    let begun = vec![stream_head(), text("The first words"), text(" arrive."), Act::Stall];
    let whole = vec![stream_head(), text("All of it."), finish("stop"), done()];
    vec![begun, whole]
}

/// The conversation's reply, as it is shown now.
async fn reply(dana: &Person, phase: &str) -> Value {
    let messages = dana.get(&format!("/phases/{phase}/stages/requirements/messages")).await.expect(200);
    let items = messages["items"].as_array().unwrap().clone();
    let replies: Vec<_> = items.into_iter().filter(|message| message["author"]["kind"] == "conductor").collect();
    assert!(replies.len() <= 1, "{replies:#?}");
    replies.into_iter().next().unwrap_or_default()
}

/// Asks, and waits until the first words are stored.
async fn asked(server: &Server, database: &TestDatabase) -> (Person, String, String) {
    let dana = server.administrator().await;
    let project = dana.create_project("PAY").await;
    let phase = dana.open_phase(&project, "Split settlement").await;
    let path = format!("/phases/{phase}/stages/requirements/messages");
    let turn = dana.post(&path, json!({ "text": "Pay sellers daily." })).await.expect(202)["turn_id"].clone();
    let owner = tokio::sync::Mutex::new(database.owner().await);
    until("the first words to be kept", || async {
        let kept: i64 = sqlx::query_scalar("SELECT count(*) FROM turn_checkpoints")
            .fetch_one(&mut *owner.lock().await)
            .await
            .unwrap();
        (kept > 0).then_some(())
    })
    .await;
    (dana, phase, turn.as_str().unwrap().to_owned())
}

async fn can_be_retried(dana: &Person, phase: &str, turn: &str) {
    let retry = format!("/phases/{phase}/stages/requirements/turns/{turn}/retry");
    dana.post(&retry, json!({})).await.expect(202);
    let whole = until("the second attempt", || async {
        let reply = reply(dana, phase).await;
        (reply["state"] == "completed").then_some(reply)
    })
    .await;
    assert_eq!((whole["text"].as_str(), whole["attempt"].as_u64()), (Some("All of it."), Some(2)), "{whole:#}");
    dana.post(&retry, json!({})).await.expect_problem(409, "turn-not-retryable");
}

#[tokio::test]
async fn a_reply_cut_off_by_a_kill_is_shown_with_its_words_and_can_be_asked_for_again() {
    let (database, model) = (TestDatabase::empty().await, HostileModel::start(begins_then_answers()).await);
    let url = database.url();
    let [address, name] = model_settings(&model);
    let mut server = Server::start_with(&[("DATABASE_URL", &url), address, name]).await;
    let (dana, phase, turn) = asked(&server, &database).await;
    server.kill();
    server.restart().await;
    let cut = until_in(Duration::from_secs(60), "the reply to be given up", || async {
        let reply = reply(&dana, &phase).await;
        (reply["state"] == "interrupted").then_some(reply)
    })
    .await;
    let words = cut["text"].as_str().unwrap();
    assert!(!words.is_empty() && "The first words arrive.".starts_with(words), "{cut:#}");
    assert_eq!(cut["failure"]["retryable"], true, "{cut:#}");
    can_be_retried(&dana, &phase, &turn).await;
    everything_holds(&mut database.owner().await).await;
}

#[tokio::test]
async fn a_reply_cut_off_by_a_stop_says_so_at_once() {
    let (database, model) = (TestDatabase::empty().await, HostileModel::start(begins_then_answers()).await);
    let url = database.url();
    let [address, name] = model_settings(&model);
    let mut server = Server::start_with(&[("DATABASE_URL", &url), address, name]).await;
    let (dana, phase, turn) = asked(&server, &database).await;
    assert_eq!(server.stop(), Some(0), "{}", server.output());
    server.restart().await;
    let cut = reply(&dana, &phase).await;
    assert_eq!((cut["state"].as_str(), cut["text"].as_str()), (Some("interrupted"), Some("The first words arrive.")));
    can_be_retried(&dana, &phase, &turn).await;
    everything_holds(&mut database.owner().await).await;
}
