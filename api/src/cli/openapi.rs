//! `konductro openapi`.

use std::io::Write as _;

use clap::Args;

use super::CommandError;
use crate::startup;

/// Print the OpenAPI document of this version's API.
#[derive(Debug, Args)]
pub(super) struct Openapi {}

impl Openapi {
    pub(super) fn run(self) -> Result<(), CommandError> {
        let Self {} = self;
        Ok(writeln!(std::io::stdout(), "{}", startup::openapi_json())?)
    }
}
