//! Why the program did not start, or did not go on: a sentence each, with what to do next.

use crate::audit::erase::EraseError;
use crate::audit::export::ExportError;
use crate::audit::key::KeyError;
use crate::conductor::openai::OpenAiConfigError;
use crate::demo::DemoError;
use crate::embedded_postgres::EmbeddedError;
use crate::identity::IdentityError;
use crate::listen::ListenError;

/// Why the program did not start, or did not go on.
#[derive(Debug, thiserror::Error)]
pub enum StartupError {
    /// The address can't be listened on.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// The private PostgreSQL did not start or stop.
    #[error(transparent)]
    Embedded(#[from] EmbeddedError),
    /// `DATABASE_URL` is no address.
    #[error("DATABASE_URL is not a PostgreSQL address, such as postgres://user:password@host/database: {0}")]
    DatabaseUrl(sqlx::Error),
    /// The database does not answer as it should.
    #[error("the database can't be used: {0}; see that it runs and that DATABASE_URL is right")]
    Database(#[from] sqlx::Error),
    /// The schema could not be brought up to date.
    #[error("the database could not be migrated: {0}; the role of DATABASE_URL must own the database")]
    Migration(#[from] sqlx::migrate::MigrateError),
    /// Read models could not be rebuilt.
    #[error("the read models could not be rebuilt: {0}")]
    Rebuild(String),
    /// People and sessions can't be served.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The model's endpoint is configured wrongly.
    #[error("the model can't be used: {0}")]
    Model(#[from] OpenAiConfigError),
    /// An endpoint without a model.
    #[error("a model's endpoint is set, but no model: set KONDUCTRO_MODEL to the name of one, such as gpt-5-mini")]
    NoModel,
    /// The demo workspace could not be loaded.
    #[error(transparent)]
    Demo(#[from] DemoError),
    /// The log's heads can't be signed.
    #[error(transparent)]
    AuditKey(#[from] KeyError),
    /// The log could not be exported.
    #[error("the log could not be exported: {0}")]
    Export(#[from] ExportError),
    /// A text could not be erased.
    #[error(transparent)]
    Erase(#[from] EraseError),
    /// There is no such project.
    #[error("there is no project {0}; name it by its key, such as PAY, or by its id")]
    UnknownProject(String),
    /// The HTTP server failed.
    #[error("the HTTP server failed: {0}")]
    Http(#[from] std::io::Error),
    /// PostgreSQL ended by itself.
    #[error(
        "PostgreSQL ended by itself ({0}); its log is in the data folder. Start again: nothing acknowledged is lost"
    )]
    PostgresDied(String),
}
