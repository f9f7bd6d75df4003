-- A message that waits for a reply to end, or that waited: sent, taken back, or given back to its author unsent.
create table conversation_queue (
    message_id   uuid primary key,
    phase_id     uuid not null,
    stage        text not null,
    turn_id      uuid not null,
    author       uuid not null,
    message_hash text not null,
    position     bigint not null,
    queued_at    timestamptz not null,
    -- waiting, sent, cancelled or returned.
    state        text not null,
    -- Why it was returned.
    reason       text
);
create index conversation_queue_of_stage on conversation_queue (phase_id, stage, position);

-- The turn that took a turn's place when its author said it differently.
alter table conversation_turns add column replaced_by uuid;
