//! Routes each command to the function that decides it.
//!
//! Deciding reads only the story's own state and the command. Only an SDM decides on stories; Conductor's workers
//! and policies record what was done, each attempt once.

use crate::Decided;
use crate::actor::Person;
use crate::role::{Capability, Role, acting_role, roles_with};
use crate::story::commands::StoryCommand;
use crate::story::errors::StoryError;
use crate::story::state::{CreatedStory, Story, StoryStatus};
use crate::story::{StoryEvent, creating, editing, enriching, refining};

/// What a story decides, or why not.
pub(super) type Decision = Result<Decided<StoryEvent>, StoryError>;

impl Story {
    /// Given this story, when this command: the events with the texts they name, or why not.
    pub fn decide(&self, command: &StoryCommand) -> Decision {
        match command {
            StoryCommand::CreateStory(command) => Ok(creating::create(self, command)),
            StoryCommand::RequestStory(command) => creating::request(self, command),
            StoryCommand::EditStory(command) => editing::edit(self.created()?, command),
            StoryCommand::CloseStory(command) => editing::close(self.created()?, command),
            StoryCommand::RequestRefinement(command) => refining::request(self.created()?, command),
            StoryCommand::AskRefinement(command) => refining::ask(self.created()?, command),
            StoryCommand::ProposeRefinement(command) => refining::propose(self.created()?, command),
            StoryCommand::FailRefinement(command) => refining::fail(self.created()?, command),
            StoryCommand::AcceptRefinement(command) => refining::accept(self.created()?, command),
            StoryCommand::RefuseRefinement(command) => refining::refuse(self.created()?, command),
            StoryCommand::RequestEnrichment(command) => enriching::request(self.created()?, command),
            StoryCommand::AskEnrichment(command) => enriching::ask(self.created()?, command),
            StoryCommand::Enrich(command) => enriching::enrich(self.created()?, command),
            StoryCommand::FailEnrichment(command) => enriching::fail(self.created()?, command),
        }
    }

    /// The story, once it was created.
    pub fn created(&self) -> Result<&CreatedStory, StoryError> {
        match self {
            Story::NotCreated => Err(StoryError::Unknown),
            Story::Created(story) => Ok(story),
        }
    }
}

impl CreatedStory {
    /// Whether anything may still change.
    pub fn open(&self) -> Result<(), StoryError> {
        match self.status {
            StoryStatus::Open => Ok(()),
            StoryStatus::Closed => Err(StoryError::Closed),
        }
    }

    /// Whether a person may change the story now, and if so in which role.
    pub fn permits(&self, by: &Person) -> Result<Role, StoryError> {
        let role = require(by)?;
        self.open()?;
        Ok(role)
    }
}

/// The role in which a person decides on stories, or which roles could.
pub(super) fn require(by: &Person) -> Result<Role, StoryError> {
    let capability = Capability::ReviewStories;
    acting_role(&by.roles, capability).ok_or_else(|| StoryError::RoleRequired(roles_with(capability).to_vec()))
}

crate::aggregate!(Story, "story", StoryCommand, StoryEvent, StoryError, |story, event| story.fold(event));
