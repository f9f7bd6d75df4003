/** `/p/$projectKey/phases/$number/replay?moment=…`: the phase as it was after any of its events. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, Link, notFound } from "@tanstack/react-router";
import { useCallback } from "react";
import { phaseQuery, phasesQuery } from "~/api/queries";
import { Crumbs, Slash } from "~/components/ui/Crumbs";
import { ReplayPage } from "~/features/replay/ReplayPage";
import { readReplaySearch } from "~/features/replay/search";

export const Route = createFileRoute("/_app/p/$projectKey/phases/$number_/replay")({
  validateSearch: readReplaySearch,
  loader: async ({ context, params }) => {
    const phases = await context.queryClient.fetchQuery({ ...phasesQuery(context.projectId), staleTime: 0 });
    const phase = phases.find((candidate) => candidate.number === Number(params.number));
    if (!phase) throw notFound();
    await context.queryClient.ensureQueryData(phaseQuery(phase.id));
    return { phaseId: phase.id };
  },
  component: Page,
});

function Page() {
  const { phaseId } = Route.useLoaderData();
  const search = Route.useSearch();
  const params = Route.useParams();
  const navigate = Route.useNavigate();
  const { data: phase } = useSuspenseQuery(phaseQuery(phaseId));
  const onSearch = useCallback(
    (change: Record<string, unknown>) =>
      void navigate({ replace: true, search: (now) => readReplaySearch({ ...now, ...change }) }),
    [navigate],
  );
  return (
    <div className="flex h-full flex-col">
      <Crumbs title={`Replay · ${phase.title}`}>
        <Link
          to="/p/$projectKey/phases/$number"
          params={params}
          className="mono shrink-0 text-ink-3 hover:text-ink"
        >
          {phase.project_key} · {phase.number}
        </Link>
        <Slash />
        <h1 className="truncate font-medium">Replay of {phase.title}</h1>
      </Crumbs>
      <div className="min-h-0 flex-1">
        <ReplayPage
          phase={phase}
          search={search}
          onSearch={onSearch}
          back={
            <Link to="/p/$projectKey/phases/$number" params={params} className="btn btn-primary">
              Back to now
            </Link>
          }
        />
      </div>
    </div>
  );
}
