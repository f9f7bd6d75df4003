-- Projects with their members and repositories: what the projects page and a project's own page show.
-- Derived from the log, so no foreign keys and no cascades: a rebuild fills the tables in the log's order.
-- That a key is taken once is held where it is decided; here the index only makes it quick to find.
create table projects (
    project_id      uuid primary key,
    key             text not null collate "C",
    name            text not null,
    context_hash    text,
    context_version int not null,
    approval_policy jsonb not null,
    created_at      timestamptz not null,
    version         bigint not null
);
create index projects_by_key on projects (key);

create table project_members (
    project_id uuid not null,
    user_id    uuid not null,
    roles      text[] not null,
    primary key (project_id, user_id)
);
create index project_members_of_user on project_members (user_id, project_id);

create table project_repositories (
    project_id     uuid not null,
    repository_id  uuid not null,
    name           text not null,
    remote         text not null,
    default_branch text,
    added_at       bigint not null,
    primary key (project_id, repository_id)
);
