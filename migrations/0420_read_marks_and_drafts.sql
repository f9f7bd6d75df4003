-- What is somebody's own and no fact of a phase: which versions they have had on screen, so that the next one is
-- shown against what they know, and the text that they are editing, so that another device has it too. Neither is in
-- the log; both go with the account.
create table seen_versions (
    user_id  uuid not null references users on delete cascade,
    phase_id uuid not null,
    stage    text not null,
    version  int not null,
    seen_at  timestamptz not null,
    primary key (user_id, phase_id, stage, version)
);

create table artefact_drafts (
    user_id      uuid not null references users on delete cascade,
    phase_id     uuid not null,
    stage        text not null,
    -- Counts the times it was stored, so that two devices of one person do not overwrite each other unseen.
    revision     bigint not null,
    title        text not null,
    markdown     text not null,
    -- The version that the edit started from; 0 where there was none.
    base_version int not null,
    updated_at   timestamptz not null,
    primary key (user_id, phase_id, stage)
);
