//! What a command costs as its stream grows: in a phase over HTTP, in a conversation in the process. The streams take
//! turns, sample by sample, so that only their lengths tell them apart.

use std::sync::Arc;
use std::time::Instant;

use konductro_api::commands::{Commands, Envelope, Wait};
use konductro_api::event_store::database;
use konductro_domain::actor::{Credential, Person};
use konductro_domain::conductor::{Adapter, FinishKind, GeneratedBy, PromptManifest, Usage};
use konductro_domain::conversation::{Conversation, ConversationCommand, NewMessage, Reply, conversation_stream};
use konductro_domain::ids::{MessageId, PhaseId, SessionId, TurnId, UserId};
use konductro_domain::phase::Phase;
use konductro_domain::role::Role;
use konductro_domain::stage::Stage;
use konductro_domain::text::Text;
use konductro_projections::changes::Visibility;
use konductro_tests::database::TestDatabase;
use konductro_tests::people::envelope;
use konductro_tests::wait::until;
use sqlx::PgPool;
use tokio::sync::Notify;
use uuid::Uuid;

use crate::bed::Bed;
use crate::connection::Connection;
use crate::inside::{Inside, receipt, version_by};
use crate::samples::Samples;
use crate::table::{Mark, Quantity, Table};

const LENGTHS: [i64; 3] = [10, 1_000, 10_000];
const SAMPLES: usize = 120;
const FLAT: Mark = Mark::RatioAtMost(1.3);

pub async fn measure(bed: &Bed, inside: &Inside, table: &mut Table) {
    let phases = phases(bed).await;
    tell(table, "a command over HTTP", "events of its phase", &phases);
    let conversations = conversations(inside).await;
    tell(table, "a message and its reply", "events of its conversation", &conversations);
}

fn tell(table: &mut Table, what: &str, of: &str, measured: &[Samples; 3]) {
    let first = measured[0].p50();
    for (length, samples) in LENGTHS.iter().zip(measured).skip(1) {
        let limit = format!("at {} events", LENGTHS[0]);
        let mark = if Some(length) == LENGTHS.last() { FLAT } else { Mark::None };
        let what = format!("{what} at {length} {of}, p50");
        table.compare(what, Quantity::ms(samples.p50()), (&limit, Quantity::ms(first)), mark);
    }
}

async fn phases(bed: &Bed) -> [Samples; 3] {
    let phases = bed.phases(LENGTHS.len()).await;
    let (commands, pool) = quick(&bed.database).await;
    let sdm = Person {
        user_id: bed.sdm.user_id.parse::<Uuid>().map(UserId).unwrap(),
        roles: [Role::Sdm].into_iter().collect(),
        credential: Credential::Session(SessionId(Uuid::now_v7())),
    };
    for (phase, length) in phases.iter().zip(LENGTHS) {
        let mut version = 1;
        while version < length {
            let (command, content) = version_by(&sdm);
            let told = Envelope { texts: vec![content], ..unhurried(&sdm) };
            version = commands.execute::<Phase>(phase, command, told).await.unwrap().version;
        }
    }
    folded(&pool).await;
    let mut connection = Connection::open(bed.address()).await;
    let mut samples: [Samples; 3] = Default::default();
    for round in 0..=SAMPLES {
        for (phase, samples) in phases.iter().zip(&mut samples) {
            let request = bed.save_version(phase);
            let asked = Instant::now();
            connection.ask(&request, 201).await;
            if round > 0 {
                samples.add(asked.elapsed());
            }
        }
    }
    samples
}

async fn conversations(inside: &Inside) -> [Samples; 3] {
    let phases = inside.phases(LENGTHS.len()).await;
    let (commands, pool) = quick(&inside.database).await;
    for (phase, length) in phases.iter().zip(LENGTHS) {
        let mut version = 0;
        while version < length {
            version = turn(&commands, inside, *phase, Wait::None).await;
        }
    }
    inside.log.appended.notify_one();
    folded(&pool).await;
    let mut samples: [Samples; 3] = Default::default();
    for round in 0..=SAMPLES {
        for (phase, samples) in phases.iter().zip(&mut samples) {
            let asked = Instant::now();
            turn(&inside.log.commands, inside, *phase, Wait::Visible).await;
            if round > 0 {
                samples.add(asked.elapsed());
            }
        }
    }
    samples
}

/// A message, the start of its reply, and its end; the stream's sequence after them.
async fn turn(commands: &Commands, inside: &Inside, phase_id: PhaseId, wait: Wait) -> i64 {
    let (turn_id, generated_by) =
        (TurnId(Uuid::now_v7()), GeneratedBy { adapter: Adapter::Guided, model: "guided".to_owned() });
    let (asked, replied) = (Text::plain(Uuid::now_v7().to_string()), Text::plain(Uuid::now_v7().to_string()));
    let post = ConversationCommand::PostMessage {
        message: NewMessage {
            project_id: inside.project,
            phase_id,
            stage: Stage::Requirements,
            message_id: MessageId(Uuid::now_v7()),
            turn_id,
            author: inside.sdm.user_id,
            text: asked.clone(),
        },
    };
    let prompt = PromptManifest { blocks: Vec::new(), cache_profile: "none".to_owned() };
    let start = ConversationCommand::StartReply { turn_id, attempt: 1, generated_by: generated_by.clone(), prompt };
    let usage = Usage::default();
    let reply = Reply { turn_id, attempt: 1, text: replied.clone(), documents: Vec::new(), generated_by, usage };
    let complete = ConversationCommand::CompleteReply {
        reply,
        suggestions: Vec::new(),
        finish: FinishKind::Completed,
        model_returned: None,
    };
    let stream = conversation_stream(phase_id, Stage::Requirements);
    let mut version = 0;
    for (command, text) in [(post, Some(asked)), (start, None), (complete, Some(replied))] {
        let told = Envelope {
            texts: text.into_iter().collect(),
            receipt: Some(receipt()),
            position_wait: wait,
            ..envelope(&inside.sdm)
        };
        version = commands.execute::<Conversation>(&stream, command, told).await.unwrap().version;
    }
    version
}

/// Commands that need not survive a crash, to make long streams quickly.
async fn quick(database: &TestDatabase) -> (Commands, PgPool) {
    let options = database.options().options([("synchronous_commit", "off")]);
    let pool = database::connect(options, 4).await.unwrap();
    (Commands::new(pool.clone(), Visibility::default(), Arc::new(Notify::new())), pool)
}

fn unhurried(by: &Person) -> Envelope {
    Envelope { position_wait: Wait::None, ..envelope(by) }
}

/// Waits until everything that was appended can be read.
async fn folded(pool: &PgPool) {
    until("the read models to have it all", || async {
        let behind: i64 = sqlx::query_scalar(
            "SELECT (SELECT count(*) FROM unsealed)
                  + (SELECT coalesce(max(position), 0) FROM log)
                  - (SELECT coalesce(max(position), 0) FROM checkpoints WHERE name = 'read_models')",
        )
        .fetch_one(pool)
        .await
        .unwrap();
        (behind == 0).then_some(())
    })
    .await;
}
