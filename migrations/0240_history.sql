-- Every event of a phase, of its own stream and of its conversations. Replay and the history page step
-- through this in the order of the log, and must not have to filter the whole log for one phase.
create table history (
    position       bigint primary key,
    phase_id       uuid not null,
    event_id       uuid not null,
    event_type     text not null,
    at             timestamptz not null,
    actor          jsonb not null,
    role           text,
    credential     jsonb,
    aggregate_type text not null,
    aggregate_id   text not null,
    sequence       bigint not null,
    payload        jsonb not null
);
create index history_of_phase on history (phase_id, position);
