-- Who looks after whose change requests, and when. Those that ended stay, since people ask who acted for whom.
create table delegations (
    delegation_id uuid primary key,
    project_id    uuid not null,
    delegator     uuid not null,
    delegate      uuid not null,
    role          text not null,
    from_at       timestamptz not null,
    until_at      timestamptz not null,
    ended_at      timestamptz,
    ended_by      uuid
);
create index delegations_of_project on delegations (project_id, from_at);
