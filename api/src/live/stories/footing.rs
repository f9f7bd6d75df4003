//! Whether what a generation comes of is still what is approved: a person may open it again at any time.

use std::time::Duration;

use konductro_domain::ids::PhaseId;
use konductro_domain::phase::artefact::BasedOn;
use konductro_domain::phase::{Phase, PhaseError, StoriesOvertaken};
use konductro_domain::stage::Stage;

use crate::commands::{CommandError, Commands, FenceCheck, FenceScope};

/// How long to wait before the phase is read again where it can't be now.
const AGAIN_AFTER: Duration = Duration::from_millis(250);

/// What a generation comes of.
pub(super) struct Footing<'a> {
    pub(super) commands: &'a Commands,
    pub(super) phase_id: PhaseId,
    pub(super) based_on: &'a [BasedOn],
}

impl Footing<'_> {
    /// The fence that holds as long as it stands, or why it does not. Waits where the phase can't be read now, as
    /// recording does.
    pub(super) async fn holds(&self) -> Result<FenceCheck, String> {
        loop {
            match self.look().await {
                Ok((fence, Ok(()))) => return Ok(fence),
                Ok((_, Err(overtaken))) => return Err(overtaken.to_string()),
                Err(error) => {
                    tracing::warn!(phase = %self.phase_id, %error, "what a generation comes of can't be read now; trying again");
                    tokio::time::sleep(AGAIN_AFTER).await;
                }
            }
        }
    }

    async fn look(&self) -> Result<(FenceCheck, Result<(), StoriesOvertaken>), CommandError<PhaseError>> {
        // The fence first, then the phase that it guards.
        let scope = FenceScope::Stage(self.phase_id, Stage::Stories);
        let epoch = self.commands.fence(&scope).await.map_err(CommandError::reading)?.epoch;
        let phase = self.commands.load::<Phase>(&self.phase_id.to_string()).await?.state;
        let stands = match phase.opened() {
            Ok(phase) => phase.bears_stories_of(self.based_on),
            Err(unknown) => Err(unknown.into()),
        };
        Ok((FenceCheck { scope, epoch }, stands))
    }
}
