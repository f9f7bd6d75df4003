-- Every version of every artefact (their texts stand in `texts`, under `content_hash`), and the approvals
-- and change requests that people gave. Nothing is deleted: what no longer counts says so.
create table artefact_versions (
    phase_id      uuid not null,
    stage         text not null,
    version       int not null,
    title         text not null,
    content_hash  text not null,
    bytes         bigint not null,
    upstream_hash text not null,
    cycle         int not null,
    origin        text not null,
    completeness  text not null,
    generated_by  jsonb,
    authors       uuid[] not null,
    based_on      jsonb not null,
    turn_id       uuid,
    source        jsonb,
    created_at    timestamptz not null,
    created_by    uuid,
    primary key (phase_id, stage, version)
);

create table artefact_approvals (
    position       bigint primary key,
    phase_id       uuid not null,
    stage          text not null,
    version        int not null,
    content_hash   text not null,
    upstream_hash  text not null,
    cycle          int not null,
    approver       uuid not null,
    role           text not null,
    policy_version int not null,
    basis          text not null,
    note_hash      text,
    at             timestamptz not null,
    standing       text not null
);
create index artefact_approvals_of_phase on artefact_approvals (phase_id, position);

create table change_requests (
    change_request_id uuid primary key,
    phase_id          uuid not null,
    stage             text not null,
    version           int not null,
    reason_hash       text not null,
    requested_by      uuid not null,
    role              text not null,
    at                timestamptz not null,
    state             text not null,
    settled_at        timestamptz,
    settled_by        uuid,
    dismissal_hash    text
);
create index change_requests_of_phase on change_requests (phase_id, at);
