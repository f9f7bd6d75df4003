-- Phases, and where the gate of each of their stages stands. `memory` is what the domain remembers of the
-- phase and `evidence` who did what when, both in the shape of the code (rebuild when it changes); what
-- lists filter and sort by has a column of its own.
create table phases (
    phase_id       uuid primary key,
    project_id     uuid not null,
    number         int not null,
    kind           text not null,
    title          text not null,
    brief_hash     text not null,
    status         text not null,
    opened_by      uuid,
    created_at     timestamptz not null,
    updated_at     timestamptz not null,
    ready_at       timestamptz,
    version        bigint not null,
    waiting_stage  text,
    waits_for      text,
    waiting_roles  text[] not null,
    waiting_except uuid[] not null,
    memory         jsonb not null
);
create index phases_of_project on phases (project_id, number desc);

create table phase_stages (
    phase_id             uuid not null,
    stage                text not null,
    ordinal              int not null,
    state                text not null,
    cycle                int not null,
    latest_version       int,
    approved_version     int,
    open_change_requests int not null,
    evidence             jsonb not null,
    primary key (phase_id, stage)
);
