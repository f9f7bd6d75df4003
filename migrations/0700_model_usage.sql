-- What Conductor consumed, one row for each attempt that ended, whoever asked for what: replies in a conversation,
-- generations of stories, refinements, enrichments. "Not reported" is null, which is not 0.
create table model_usage (
    position             bigint primary key,
    project_id           uuid not null,
    phase_id             uuid not null,
    stage                text not null,
    -- converse, propose_stories, refine_story or enrich_story.
    purpose              text not null,
    at                   timestamptz not null,
    adapter              text not null,
    model                text not null,
    -- completed, stopped or failed.
    outcome              text not null,
    prompt_tokens        bigint,
    cached_tokens        bigint,
    cache_written_tokens bigint,
    completion_tokens    bigint,
    reasoning_tokens     bigint,
    -- Millionths of the price table's currency.
    cost_micros          bigint,
    ttft_ms              bigint,
    duration_ms          bigint,
    retries              int not null
);
create index model_usage_of_project on model_usage (project_id, at);

-- What is in the log already, as the read model would have folded it.
insert into model_usage
select l.position, (e.metadata ->> 'project')::uuid, (e.metadata ->> 'phase')::uuid,
       case e.aggregate_type when 'conversation' then split_part(e.aggregate_id, ':', 2) else 'stories' end,
       case e.aggregate_type when 'conversation' then 'converse' when 'story_review' then 'propose_stories'
            else case when e.event_type in ('RefinementProposed', 'RefinementFailed') then 'refine_story'
                      else 'enrich_story' end end,
       e.recorded_at, e.payload -> 'generated_by' ->> 'adapter', e.payload -> 'generated_by' ->> 'model',
       case when e.event_type like '%Failed' then 'failed' when e.event_type like '%Stopped' then 'stopped'
            else 'completed' end,
       (e.payload -> 'usage' ->> 'prompt_tokens')::bigint, (e.payload -> 'usage' ->> 'cached_tokens')::bigint,
       (e.payload -> 'usage' ->> 'cache_written_tokens')::bigint, (e.payload -> 'usage' ->> 'completion_tokens')::bigint,
       (e.payload -> 'usage' ->> 'reasoning_tokens')::bigint, (e.payload -> 'usage' ->> 'cost_micros')::bigint,
       (e.payload -> 'usage' ->> 'ttft_ms')::bigint, (e.payload -> 'usage' ->> 'duration_ms')::bigint,
       coalesce((e.payload -> 'usage' ->> 'retries')::int, 0)
  from log l join events e using (aggregate_type, aggregate_id, sequence)
 where e.event_type in ('ReplyCompleted', 'ReplyStopped', 'ReplyFailed', 'GenerationCompleted', 'GenerationStopped',
                        'GenerationFailed', 'RefinementProposed', 'RefinementFailed', 'StoryEnriched', 'EnrichmentFailed')
   and e.metadata ->> 'project' is not null and e.metadata ->> 'phase' is not null
   -- Only as far as read models have folded: the runner adds the rest.
   and l.position <= (select coalesce(max(position), 0) from checkpoints where name = 'read_models');
