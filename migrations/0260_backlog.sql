-- The backlog. A list of 10,000 stories must filter, sort and page without a stutter, so a story is two rows: a
-- slim one with everything that lists need, and its details, which only its own page and exports read.
--
-- Pages are cut by key, never by offset: each order has an index that ends in the number, which is unique in the
-- project. Measured on 10,000 stories (PostgreSQL 15, warm):
--   first page by key          Index Scan using backlog_by_number, 51 rows                          < 1 ms
--   page far behind, by title  Index Scan using backlog_by_title, the cursor as index condition     < 1 ms
--   `search like '%…%'`        Bitmap Heap Scan of the project, filter in memory                    about 10 ms
-- A trigram index would need an extension that not every installation may create; the slim row makes up for it.
create table backlog_stories (
    story_id         uuid primary key,
    project_id       uuid not null,
    phase_id         uuid not null,
    number           int not null,
    title            text not null,
    -- Lower case, for sorting by title.
    title_key        text not null collate "C",
    -- Lower case: title, requirements and decisions; what the text filter looks through.
    search           text not null collate "C",
    story_type       text not null,
    -- 0 where nobody said so yet.
    complexity       int not null,
    status           text not null,
    enriched         boolean not null,
    refinement_state text not null,
    enrichment_state text not null,
    requirement_ids  text[] not null,
    -- What it was made from, see backlog_bases; null for a one-off story.
    basis            text,
    proposal_id      uuid,
    created_at       timestamptz not null,
    updated_at       timestamptz not null,
    version          bigint not null
);
create index backlog_by_number on backlog_stories (project_id, number);
create index backlog_by_title on backlog_stories (project_id, title_key, number);
create index backlog_by_update on backlog_stories (project_id, updated_at, number);
create index backlog_by_complexity on backlog_stories (project_id, complexity, number);
create index backlog_of_phase on backlog_stories (phase_id, number);

create table backlog_details (
    story_id   uuid primary key,
    content    jsonb not null,
    source     jsonb not null,
    created_by uuid not null,
    refinement jsonb not null,
    enrichment jsonb not null,
    closing    jsonb,
    trail      jsonb not null
);

-- The sets of approved versions that stories were made from, each once: whether a story is stale is computed
-- when it is read, and there are few such sets however many stories there are.
create table backlog_bases (
    basis      text primary key,
    project_id uuid not null,
    phase_id   uuid not null,
    based_on   jsonb not null
);
create index backlog_bases_of_project on backlog_bases (project_id);
