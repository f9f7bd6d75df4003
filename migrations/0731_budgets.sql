-- What Conductor may cost in a month, as the project's members are shown it.
alter table projects add column budget_micros bigint;

-- What each request to a model was held to cost at most before it was sent, and what it cost when its end was known. The
-- month is that of the request (UTC). One that was never settled (its process died) counts until it expires.
create table budget_charges (
    charge_id  uuid primary key,
    project_id uuid not null,
    month      date not null,
    micros     bigint not null,
    settled    boolean not null default false,
    expires_at timestamptz not null
);
create index budget_charges_of_month on budget_charges (month, project_id);

-- Holds what a request may cost against the budgets, or says which of them does not reach: in one call, in which nobody else
-- holds anything against any budget, so that two requests never both get the last of it.
create function hold_against_budget(charge uuid, project uuid, micros bigint, workspace_budget bigint)
returns table (budget text, bound bigint, used bigint) language plpgsql as $$
declare
    this_month constant date := (date_trunc('month', now() at time zone 'UTC'))::date;
    project_budget bigint;
    used_by_project bigint;
    used_by_all bigint;
begin
    perform pg_advisory_xact_lock(7165091894722);
    select p.budget_micros into project_budget from projects p where p.project_id = project;
    select coalesce(sum(c.micros) filter (where c.project_id = project), 0), coalesce(sum(c.micros), 0)
      into used_by_project, used_by_all
      from budget_charges c where c.month = this_month and (c.settled or c.expires_at > now());
    if used_by_project + micros > project_budget then
        return query select 'project'::text, project_budget, used_by_project;
    elsif used_by_all + micros > workspace_budget then
        return query select 'workspace'::text, workspace_budget, used_by_all;
    else
        insert into budget_charges (charge_id, project_id, month, micros, expires_at)
        values (charge, project, this_month, micros, now() + interval '1 hour');
    end if;
end
$$;
