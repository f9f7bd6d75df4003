-- What comes from an IDE: the sidecar of a version, submissions that are kept beside an approved analysis, findings that
-- are raised against what is approved, and word of how evidence fares in today's code. Texts stand in `texts`.
alter table artefact_versions add column sidecar_hash text;

create table kept_submissions (
    submission_id   uuid primary key,
    phase_id        uuid not null,
    stage           text not null,
    beside          int not null,
    title           text not null,
    content_hash    text not null,
    bytes           bigint not null,
    sidecar_hash    text,
    submitted_by    uuid not null,
    authors         uuid[] not null,
    source          jsonb,
    based_on        jsonb not null,
    at              timestamptz not null,
    standing        text not null,
    adopted_version int
);
create index kept_submissions_of_phase on kept_submissions (phase_id, stage) where standing = 'kept';

create table raised_findings (
    finding_id  uuid primary key,
    phase_id    uuid not null,
    stage       text not null,
    version     int not null,
    reference   text not null,
    severity    text not null,
    text_hash   text not null,
    evidence    jsonb not null,
    raised_by   uuid not null,
    at          timestamptz not null,
    state       text not null,
    answered_by uuid,
    answered_at timestamptz,
    reason_hash text,
    settled_in  int
);
create index raised_findings_of_phase on raised_findings (phase_id, at);
-- What waits for an answer, for inboxes.
create index raised_findings_open on raised_findings (phase_id, stage) where state = 'open';
-- What was agreed with and is not approved anew yet.
create index raised_findings_unsettled on raised_findings (phase_id, stage) where state = 'accepted' and settled_in is null;

create table drift_reports (
    position    bigint primary key,
    phase_id    uuid not null,
    stage       text not null,
    version     int not null,
    reported_by uuid not null,
    at          timestamptz not null,
    checkouts   jsonb not null,
    unchanged   int not null,
    moved       int not null,
    changed     int not null,
    vanished    int not null,
    report_hash text not null
);
create index drift_reports_of_version on drift_reports (phase_id, stage, version, position desc);

-- Whoever wrote a submission that is kept wrote that text, as the author of a version did.
drop index events_documents_of_text;
create index events_documents_of_text on events ((payload -> 'content' ->> 'hash'))
    where aggregate_type = 'phase' and event_type in ('ArtefactVersionAdded', 'DocumentSetAside', 'SubmissionKept');
