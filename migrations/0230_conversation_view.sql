-- One row a turn: a person's message and Conductor's reply to it. What a model was given is a row of its own
-- for each attempt, since it is long and pages seldom ask for it.
create table conversation_turns (
    turn_id        uuid primary key,
    phase_id       uuid not null,
    stage          text not null,
    position       bigint not null,
    message_id     uuid not null,
    author         uuid not null,
    message_hash   text not null,
    posted_at      timestamptz not null,
    attempt        int not null,
    state          text not null,
    generated_by   jsonb,
    sent_hashes    text[] not null,
    started_at     timestamptz,
    reply_hash     text,
    ended_at       timestamptz,
    documents      jsonb not null,
    suggestions    jsonb not null,
    finish         text,
    failure        jsonb,
    model_returned text,
    usage          jsonb
);
create index conversation_turns_in_order on conversation_turns (phase_id, stage, position);

create table conversation_prompts (
    turn_id      uuid not null,
    attempt      int not null,
    generated_by jsonb not null,
    manifest     jsonb not null,
    primary key (turn_id, attempt)
);
