-- Who wrote exactly this text before is asked of the whole project, and of documents that were set aside too, so that a
-- copy from another phase or out of a conversation keeps its authors. Asked for every new version, from the log itself.
drop index events_versions_of_text;
drop index artefact_versions_of_text;
create index events_documents_of_text on events ((payload -> 'content' ->> 'hash'))
    where aggregate_type = 'phase' and event_type in ('ArtefactVersionAdded', 'DocumentSetAside');
