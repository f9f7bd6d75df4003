-- Who wrote exactly this text before: asked for every new version, so it must not cost more as a phase grows.
-- Once in the read model for people's versions, once in the log itself for Conductor's.
create index artefact_versions_of_text on artefact_versions (phase_id, stage, content_hash);
create index events_versions_of_text on events (aggregate_id, (payload -> 'content' ->> 'hash'))
    where aggregate_type = 'phase' and event_type = 'ArtefactVersionAdded';
