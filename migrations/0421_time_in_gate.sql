-- Since when a stage is in its state, with the version it shows: the time in gate. What stood before this column is
-- dated by its phase's last change; a rebuild dates it exactly.
alter table phase_stages add column since timestamptz;
update phase_stages s set since = p.updated_at from phases p where p.phase_id = s.phase_id;
alter table phase_stages alter column since set not null;

-- What waits for somebody, and what is ready for stories: all that an inbox looks at.
create index phases_waiting on phases (project_id) where waiting_stage is not null;
create index phases_ready on phases (project_id) where status = 'ready';
