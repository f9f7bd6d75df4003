//! The `konductro` program.

use std::process::ExitCode;

#[actix_web::main]
async fn main() -> ExitCode {
    konductro_api::cli::run().await
}
