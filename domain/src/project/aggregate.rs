//! Decides a project: name, context, repositories, members, approval policy, delegations.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::actor::Person;
use crate::ids::{DelegationId, RepositoryId, UserId};
use crate::project::delegation::{DelegateRole, Delegation};
use crate::project::policy::{ApprovalPolicy, StagePolicy};
use crate::project::{MAX_BUDGET_MICROS, MAX_CONTEXT_BYTES, MAX_NAME, ProjectError, ProjectEvent, ProjectVerb};
use crate::role::{Role, Roles, may, roles_with};
use crate::text::{Text, TextRef};

/// A project: not created yet, or created with all that follows.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Project {
    /// No event yet.
    #[default]
    NotCreated,
    /// The rest of its life.
    Created(Box<CreatedProject>),
}

/// A project that was created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CreatedProject {
    /// Its key.
    pub key: String,
    /// Its name.
    pub name: String,
    /// The context's version; 0 while there is none.
    pub context_version: u32,
    /// The context.
    pub context: Option<TextRef>,
    /// Its repositories, with their remotes.
    pub repositories: BTreeMap<RepositoryId, String>,
    /// Its members.
    pub members: BTreeMap<UserId, Roles>,
    /// Its approval policy.
    pub approval_policy: ApprovalPolicy,
    /// What Conductor may cost in a month, in millionths of the price table's currency; `None` for no bound.
    #[serde(default)]
    pub budget_micros: Option<u64>,
    /// Delegations that were not ended before their time; those whose time is over among them.
    #[serde(default)]
    pub delegations: BTreeMap<DelegationId, Delegation>,
}

/// A command to a project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProjectCommand {
    /// Create it; whoever does is its first SDM.
    CreateProject {
        /// Who.
        creator: UserId,
        /// Its key.
        key: String,
        /// Its name.
        name: String,
        /// Its context, where there is one from the start.
        context: Option<Text>,
    },
    /// Change name or context.
    EditProject {
        /// Who.
        by: Person,
        /// The new name, where it changes.
        name: Option<String>,
        /// The new context, where it changes.
        context: Option<Text>,
    },
    /// Add a repository.
    AddRepository {
        /// Who.
        by: Person,
        /// The new repository.
        repository_id: RepositoryId,
        /// Its short name.
        name: String,
        /// Where it is.
        remote: String,
        /// The branch that counts.
        default_branch: Option<String>,
    },
    /// Remove a repository.
    RemoveRepository {
        /// Who.
        by: Person,
        /// Which.
        repository_id: RepositoryId,
    },
    /// Give somebody exactly these roles.
    SetMemberRoles {
        /// Who does.
        by: Person,
        /// Whose roles.
        user_id: UserId,
        /// Which.
        roles: Roles,
    },
    /// Take somebody out.
    RemoveMember {
        /// Who does.
        by: Person,
        /// Whom.
        user_id: UserId,
    },
    /// Say anew who approves some stages; the others keep what they have.
    ChangeApprovalPolicy {
        /// Who.
        by: Person,
        /// The stages that change.
        stages: Vec<StagePolicy>,
    },
    /// Say what Conductor may cost in a month.
    SetBudget {
        /// Who.
        by: Person,
        /// In millionths of the price table's currency; `None` for no bound.
        monthly_micros: Option<u64>,
    },
    /// Lend a role to a colleague who holds it too.
    DelegateRole(DelegateRole),
    /// Take a delegation back, or give it back.
    EndDelegation {
        /// Who.
        by: Person,
        /// Which.
        delegation_id: DelegationId,
    },
}

impl Project {
    /// Given this project, when this command: the events, or why not.
    pub fn decide(&self, command: &ProjectCommand) -> Result<Vec<ProjectEvent>, ProjectError> {
        match command {
            ProjectCommand::CreateProject { creator, key, name, context } => {
                self.create(*creator, key, name, context.as_ref())
            }
            ProjectCommand::EditProject { by, name, context } => {
                self.managed_by(ProjectVerb::Edit, by)?.edit(name.as_deref(), context.as_ref())
            }
            ProjectCommand::AddRepository { by, repository_id, name, remote, default_branch } => {
                let project = self.managed_by(ProjectVerb::ManageRepositories, by)?;
                project.add_repository(*repository_id, name, remote, default_branch.as_deref())
            }
            ProjectCommand::RemoveRepository { by, repository_id } => {
                let project = self.managed_by(ProjectVerb::ManageRepositories, by)?;
                match project.repositories.contains_key(repository_id) {
                    true => Ok(vec![ProjectEvent::RepositoryRemoved { repository_id: *repository_id }]),
                    false => Err(ProjectError::UnknownRepository),
                }
            }
            ProjectCommand::SetMemberRoles { by, user_id, roles } => {
                self.managed_by(ProjectVerb::SetMemberRoles, by)?.set_member_roles(*user_id, roles)
            }
            ProjectCommand::RemoveMember { by, user_id } => {
                self.managed_by(ProjectVerb::RemoveMember, by)?.remove_member(*user_id)
            }
            ProjectCommand::ChangeApprovalPolicy { by, stages } => {
                let project = self.managed_by(ProjectVerb::ChangeApprovalPolicy, by)?;
                let changed = project.approval_policy.changed(stages)?;
                Ok(changed
                    .map(|approval_policy| ProjectEvent::ApprovalPolicyChanged { approval_policy })
                    .into_iter()
                    .collect())
            }
            ProjectCommand::SetBudget { by, monthly_micros } => {
                let project = self.managed_by(ProjectVerb::SetBudget, by)?;
                if monthly_micros.is_some_and(|budget| budget > MAX_BUDGET_MICROS) {
                    return Err(ProjectError::BudgetTooLarge);
                }
                match project.budget_micros == *monthly_micros {
                    true => Ok(Vec::new()),
                    false => Ok(vec![ProjectEvent::BudgetSet { monthly_micros: *monthly_micros }]),
                }
            }
            ProjectCommand::DelegateRole(command) => self.created()?.delegate_role(command),
            ProjectCommand::EndDelegation { by, delegation_id } => self.created()?.end_delegation(by, *delegation_id),
        }
    }

    /// The project, once it was created.
    pub fn created(&self) -> Result<&CreatedProject, ProjectError> {
        match self {
            Project::NotCreated => Err(ProjectError::Unknown),
            Project::Created(project) => Ok(project),
        }
    }

    fn create(
        &self,
        creator: UserId,
        key: &str,
        name: &str,
        context: Option<&Text>,
    ) -> Result<Vec<ProjectEvent>, ProjectError> {
        if *self != Project::NotCreated {
            return Err(ProjectError::AlreadyCreated);
        }
        let mut events = vec![
            ProjectEvent::ProjectCreated {
                key: checked_key(key)?,
                name: checked_name(name)?,
                approval_policy: ApprovalPolicy::default(),
            },
            ProjectEvent::MemberRolesSet { user_id: creator, roles: Roles::from([Role::Sdm]) },
        ];
        if let Some(context) = context.filter(|context| !context.body().trim().is_empty()) {
            let context = checked_context(context)?;
            events.push(ProjectEvent::ProjectContextChanged { context_version: 1, context });
        }
        Ok(events)
    }

    fn managed_by(&self, verb: ProjectVerb, by: &Person) -> Result<&CreatedProject, ProjectError> {
        let project = self.created()?;
        if let Some(capability) = verb.capability()
            && !may(&by.roles, capability)
        {
            return Err(ProjectError::RoleRequired(roles_with(capability).to_vec()));
        }
        verb.admits(by)?;
        Ok(project)
    }

    /// Folds one event.
    pub fn fold(&mut self, event: ProjectEvent) {
        if let ProjectEvent::ProjectCreated { key, name, approval_policy } = event {
            *self = Project::Created(Box::new(CreatedProject {
                key,
                name,
                context_version: 0,
                context: None,
                repositories: BTreeMap::new(),
                members: BTreeMap::new(),
                approval_policy,
                budget_micros: None,
                delegations: BTreeMap::new(),
            }));
        } else if let Project::Created(project) = self {
            project.fold(event);
        }
    }
}

impl CreatedProject {
    fn edit(&self, name: Option<&str>, context: Option<&Text>) -> Result<Vec<ProjectEvent>, ProjectError> {
        let mut events = Vec::new();
        if let Some(name) = name.map(checked_name).transpose()?.filter(|name| *name != self.name) {
            events.push(ProjectEvent::ProjectRenamed { name });
        }
        if let Some(context) =
            context.map(checked_context).transpose()?.filter(|context| Some(*context) != self.context)
        {
            events.push(ProjectEvent::ProjectContextChanged { context_version: self.context_version + 1, context });
        }
        Ok(events)
    }

    fn add_repository(
        &self,
        repository_id: RepositoryId,
        name: &str,
        remote: &str,
        default_branch: Option<&str>,
    ) -> Result<Vec<ProjectEvent>, ProjectError> {
        let remote = checked_line(remote, 500).ok_or(ProjectError::BadRemote)?;
        if !remote.contains(['/', ':']) || remote.contains(char::is_whitespace) {
            return Err(ProjectError::BadRemote);
        }
        if self.repositories.values().any(|known| *known == remote) {
            return Err(ProjectError::RepositoryKnown);
        }
        let default_branch =
            default_branch.map(|branch| checked_line(branch, MAX_NAME).ok_or(ProjectError::BadName)).transpose()?;
        Ok(vec![ProjectEvent::RepositoryAdded { repository_id, name: checked_name(name)?, remote, default_branch }])
    }

    fn set_member_roles(&self, user_id: UserId, roles: &Roles) -> Result<Vec<ProjectEvent>, ProjectError> {
        if roles.is_empty() {
            return Err(ProjectError::NoRoles);
        }
        if self.members.get(&user_id) == Some(roles) {
            return Ok(Vec::new());
        }
        if !roles.contains(&Role::Sdm) {
            self.keeps_an_sdm_without(user_id)?;
        }
        Ok(vec![ProjectEvent::MemberRolesSet { user_id, roles: roles.clone() }])
    }

    fn remove_member(&self, user_id: UserId) -> Result<Vec<ProjectEvent>, ProjectError> {
        if !self.members.contains_key(&user_id) {
            return Err(ProjectError::UnknownMember);
        }
        self.keeps_an_sdm_without(user_id)?;
        Ok(vec![ProjectEvent::MemberRemoved { user_id }])
    }

    fn keeps_an_sdm_without(&self, user_id: UserId) -> Result<(), ProjectError> {
        let another = self.members.iter().any(|(member, roles)| *member != user_id && roles.contains(&Role::Sdm));
        if another { Ok(()) } else { Err(ProjectError::LastSdm) }
    }

    fn fold(&mut self, event: ProjectEvent) {
        match event {
            ProjectEvent::ProjectCreated { .. } => {}
            ProjectEvent::ProjectRenamed { name } => self.name = name,
            ProjectEvent::ProjectContextChanged { context_version, context } => {
                self.context_version = context_version;
                self.context = Some(context);
            }
            ProjectEvent::RepositoryAdded { repository_id, remote, .. } => {
                self.repositories.insert(repository_id, remote);
            }
            ProjectEvent::RepositoryRemoved { repository_id } => {
                self.repositories.remove(&repository_id);
            }
            ProjectEvent::MemberRolesSet { user_id, roles } => {
                self.members.insert(user_id, roles);
            }
            ProjectEvent::MemberRemoved { user_id } => {
                self.members.remove(&user_id);
            }
            ProjectEvent::ApprovalPolicyChanged { approval_policy } => self.approval_policy = approval_policy,
            ProjectEvent::BudgetSet { monthly_micros } => self.budget_micros = monthly_micros,
            ProjectEvent::RoleDelegated { delegation_id, delegator, delegate, role, from, until } => {
                self.delegations.insert(delegation_id, Delegation { delegator, delegate, role, from, until });
            }
            ProjectEvent::DelegationEnded { delegation_id } => {
                self.delegations.remove(&delegation_id);
            }
        }
    }
}

fn checked_key(key: &str) -> Result<String, ProjectError> {
    let key = key.trim();
    let letters = key.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit());
    let starts = key.starts_with(|c: char| c.is_ascii_uppercase());
    if (2..=10).contains(&key.len()) && letters && starts { Ok(key.to_owned()) } else { Err(ProjectError::BadKey) }
}

fn checked_name(name: &str) -> Result<String, ProjectError> {
    checked_line(name, MAX_NAME).ok_or(ProjectError::BadName)
}

fn checked_line(text: &str, longest: usize) -> Option<String> {
    let text = text.trim();
    let fits = !text.is_empty() && text.chars().count() <= longest && !text.chars().any(char::is_control);
    fits.then(|| text.to_owned())
}

fn checked_context(context: &Text) -> Result<TextRef, ProjectError> {
    if context.body().len() > MAX_CONTEXT_BYTES { Err(ProjectError::ContextTooLong) } else { Ok(context.reference()) }
}

crate::aggregate!(Project, "project", ProjectCommand, ProjectEvent, ProjectError, |project, event| project.fold(event));
