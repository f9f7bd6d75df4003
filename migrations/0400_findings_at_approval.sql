-- The findings that were open when somebody approved, each with its waiver where it has one. No approval before this
-- one had any: the checker did not exist.
alter table artefact_approvals add column open_findings jsonb not null default '[]';
comment on column artefact_approvals.open_findings is
    'array of {finding_id, blocking, waiver: {hash, bytes} | null}; the reasons stand in texts, under the waiver''s hash';
