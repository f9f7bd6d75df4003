-- Threads beside artefacts with their answers. A change request is a thread from the start, under the same id, so those
-- that were made before are taken over: they are about the whole text, and no version said yet that it answers one.
create table threads (
    thread_id         uuid primary key,
    phase_id          uuid not null,
    stage             text not null,
    version           int not null,
    anchor            jsonb not null,
    opened_by         uuid not null,
    text_hash         text not null,
    at                timestamptz not null,
    is_change_request boolean not null,
    answered_in       int[] not null,
    resolved_at       timestamptz,
    resolved_by       uuid
);
create index threads_of_phase on threads (phase_id, stage, at);

create table thread_replies (
    position  bigint primary key,
    thread_id uuid not null,
    author    uuid not null,
    text_hash text not null,
    at        timestamptz not null
);
create index thread_replies_of_thread on thread_replies (thread_id, position);

insert into threads
select change_request_id, phase_id, stage, version, '{"kind": "whole"}', requested_by, reason_hash, at, true, '{}', null, null
  from change_requests;
