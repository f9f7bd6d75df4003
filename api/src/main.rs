//! The `konductro` program.

use std::process::ExitCode;

// Several threads: the log's runners and the turns share this runtime; HTTP workers have threads of their own.
#[tokio::main]
async fn main() -> ExitCode {
    konductro_api::cli::run().await
}
