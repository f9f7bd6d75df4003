-- The review of a phase's stories: every proposal with where it stands, and every generation that proposed.
-- The words (narrative, Given/When/Then, reasons) stand in `texts` and are joined when read. A proposal that was
-- split, merged, superseded or withdrawn stays, since others name it as what they came from.
create table review_proposals (
    proposal_id   uuid primary key,
    phase_id      uuid not null,
    generation_id uuid not null,
    -- Where it is shown: what a split made stands where its source stood.
    place         bigint[] not null,
    version       int not null,
    standing      text not null,
    content       jsonb not null,
    edited_by     uuid[] not null,
    rejection     jsonb,
    story_id      uuid,
    split_from    uuid,
    split_into    uuid[] not null,
    merged_from   uuid[] not null,
    merged_into   uuid,
    trail         jsonb not null,
    updated_at    timestamptz not null
);
create index review_proposals_of_phase on review_proposals (phase_id, standing, place);

create table review_generations (
    generation_id  uuid primary key,
    phase_id       uuid not null,
    position       bigint not null,
    requested_by   uuid not null,
    mode           text not null,
    based_on       jsonb not null,
    scoping_turn   uuid,
    state          text not null,
    proposed       int not null,
    unusable       jsonb not null,
    failure        jsonb,
    generated_by   jsonb,
    model_returned text,
    usage          jsonb,
    started_at     timestamptz not null,
    ended_at       timestamptz
);
create index review_generations_of_phase on review_generations (phase_id, position desc);
