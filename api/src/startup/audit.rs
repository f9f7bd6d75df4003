//! What is done about the log's evidence at the machine's own console.

use std::io::Write;
use std::path::Path;

use konductro_domain::actor::{Actor, Credential};
use konductro_domain::ids::{CorrelationId, ProjectId, UserId};
use konductro_domain::text::Hash;
use sqlx::PgPool;
use uuid::Uuid;

use super::application::Log;
use super::database::Database;
use super::error::StartupError;
use super::welcome;
use crate::audit::AuditKey;
use crate::audit::erase::{self, Why};
use crate::audit::export::{self, Wanted};
use crate::commands::Envelope;
use crate::config::{AuditConfig, DatabaseConfig, IdentityConfig};
use crate::identity::{By, Identity};

/// What is exported at the console.
#[derive(Debug, Clone)]
pub struct ConsoleExport {
    /// A project's key or id; the whole workspace's log without one.
    pub project: Option<String>,
    /// The size of an earlier head that has to be continued.
    pub since: Option<u64>,
    /// Who exports, by e-mail address.
    pub by: Option<String>,
}

/// Writes an export to a file, or to standard output.
pub async fn export_audit(
    config: (DatabaseConfig, AuditConfig, IdentityConfig),
    wanted: ConsoleExport,
    output: Option<&Path>,
) -> Result<(), StartupError> {
    let (database, audit, identity) = config;
    let opened = Database::open_or_join(&database).await?;
    let outcome = write_export(&opened, (&database, &audit, identity), wanted, output).await;
    opened.close().await?;
    outcome
}

async fn write_export(
    database: &Database,
    (config, audit, identity): (&DatabaseConfig, &AuditConfig, IdentityConfig),
    wanted: ConsoleExport,
    output: Option<&Path>,
) -> Result<(), StartupError> {
    database.migrate().await?;
    let mut log = Log::start(database.pool().await?).await?;
    let key = AuditKey::open(&audit.key_place(config), audit.audit_origin.as_deref(), &log.pool).await?;
    let line = key.line().to_owned();
    log.sign_heads(key);
    let project = match &wanted.project {
        Some(name) => Some(project_named(&log.pool, name).await?),
        None => None,
    };
    let by = match &wanted.by {
        Some(email) => Actor::Person { user_id: operator(&log, identity, email).await?.1 },
        None => Actor::System,
    };
    let envelope = Envelope {
        credential: Some(Credential::Console),
        project_id: project,
        ..Envelope::new(by, CorrelationId(Uuid::now_v7()))
    };
    let wanted = Wanted { project, since: wanted.since, key: line, envelope };
    let mut pieces = export::start(&log.pool, &log.commands, wanted).await?;
    let mut output: Box<dyn Write> = match output {
        Some(file) => Box::new(std::fs::File::create(file)?),
        None => Box::new(std::io::stdout().lock()),
    };
    while let Some(piece) = pieces.recv().await {
        output.write_all(piece?.as_bytes())?;
    }
    Ok(output.flush()?)
}

/// Prints the public key line.
pub async fn print_audit_key(database: DatabaseConfig, audit: AuditConfig) -> Result<(), StartupError> {
    let opened = Database::open_or_join(&database).await?;
    let outcome = async {
        opened.migrate().await?;
        let pool = opened.pool().await?;
        Ok::<_, StartupError>(AuditKey::open(&audit.key_place(&database), audit.audit_origin.as_deref(), &pool).await?)
    }
    .await;
    opened.close().await?;
    welcome::say(outcome?.line());
    Ok(())
}

/// A text to be erased.
#[derive(Debug, Clone)]
pub struct ErasedText {
    /// Its hash, as the history shows it.
    pub text: Hash,
    /// Why.
    pub reason: String,
    /// Who erases it, by e-mail address.
    pub by: String,
    /// Other texts that hold these words go too.
    pub containing: Option<String>,
}

/// Erases a text for good.
pub async fn erase_text(
    database: DatabaseConfig,
    identity: IdentityConfig,
    wanted: ErasedText,
) -> Result<(), StartupError> {
    let opened = Database::open_or_join(&database).await?;
    let outcome = erase_with_others(&opened, identity, wanted).await;
    opened.close().await?;
    welcome::say(&outcome?);
    Ok(())
}

async fn erase_with_others(
    database: &Database,
    identity: IdentityConfig,
    wanted: ErasedText,
) -> Result<String, StartupError> {
    database.migrate().await?;
    let log = Log::start(database.pool().await?).await?;
    let (_, by) = operator(&log, identity, &wanted.by).await?;
    let why = Why { by, reason: wanted.reason };
    // Looked for before the text is gone that is compared with.
    let copies = match &wanted.containing {
        Some(words) => erase::holding(&log.pool, words).await?,
        None => erase::copies(&log.pool, wanted.text).await?,
    };
    erase::erase_text(&log.pool, &log.commands, wanted.text, &why).await?;
    let others: Vec<Hash> = copies.into_iter().filter(|copy| *copy != wanted.text).collect();
    let list = others.iter().map(|copy| format!("\n  {copy}")).collect::<String>();
    let told = format!("The text {} is erased; the events that name it stay.", wanted.text);
    if wanted.containing.is_some() {
        for other in &others {
            erase::erase_text(&log.pool, &log.commands, *other, &why).await?;
        }
        return Ok(format!("{told}\n{} others that held the words are erased too:{list}", others.len()));
    }
    Ok(match others.len() {
        0 => told,
        some => {
            format!("{told}\n{some} other texts hold all of its words; --containing WORDS erases such texts too:{list}")
        }
    })
}

/// Erases a person.
pub async fn erase_user(
    database: DatabaseConfig,
    identity: IdentityConfig,
    email: &str,
    by: &str,
) -> Result<(), StartupError> {
    let opened = Database::open_or_join(&database).await?;
    let outcome = async {
        opened.migrate().await?;
        let log = Log::start(opened.pool().await?).await?;
        let (identity, by) = operator(&log, identity, by).await?;
        Ok::<_, StartupError>(identity.erase_user(email, By::at_the_console(by)).await?)
    }
    .await;
    opened.close().await?;
    welcome::say(&format!("Erased. What they did stays in the log, under the id {}.", outcome?));
    Ok(())
}

/// Who sits at the console, by the address they sign in with.
async fn operator(log: &Log, config: IdentityConfig, email: &str) -> Result<(Identity, UserId), StartupError> {
    let identity = Identity::new(log.pool.clone(), log.commands.clone(), config.password_hashing.into())?;
    let user_id = identity.active_user(email).await?.user_id;
    Ok((identity, user_id))
}

async fn project_named(pool: &PgPool, name: &str) -> Result<ProjectId, StartupError> {
    let found: Option<Uuid> = sqlx::query_scalar(
        "SELECT aggregate_id::uuid FROM events
          WHERE aggregate_type = 'project' AND sequence = 1 AND (payload ->> 'key' = $1 OR aggregate_id = $1)",
    )
    .bind(name)
    .fetch_optional(pool)
    .await?;
    found.map(ProjectId).ok_or_else(|| StartupError::UnknownProject(name.to_owned()))
}
