/** `/p/$projectKey/phases/$number?stage=&view=&v=&cmp=`: the phase workspace. Every view is a link. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, notFound, redirect } from "@tanstack/react-router";
import { meQuery, phaseQuery, phasesQuery } from "~/api/queries";
import type { Stage } from "~/api/types";
import { Workspace } from "~/app/workspace/Workspace";
import type { DocumentSearch } from "~/features/artefacts/DocumentPane";
import { currentStage, isStage } from "~/lib/stages";

type View = "read" | "diff" | "source";
type Search = { stage?: Stage; view?: View; v?: number; cmp?: number };

const isView = (value: unknown): value is View => value === "read" || value === "diff" || value === "source";
const version = (value: unknown): number | undefined => {
  const number = Number(value);
  return Number.isSafeInteger(number) && number > 0 ? number : undefined;
};

export const Route = createFileRoute("/_app/p/$projectKey/phases/$number")({
  validateSearch: (search: Record<string, unknown>): Search => {
    const v = version(search.v);
    const cmp = version(search.cmp);
    return {
      ...(isStage(search.stage) ? { stage: search.stage } : {}),
      ...(isView(search.view) && search.view !== "read" ? { view: search.view } : {}),
      ...(v ? { v } : {}),
      ...(cmp ? { cmp } : {}),
    };
  },
  loaderDeps: ({ search }) => ({ staged: search.stage !== undefined }),
  loader: async ({ context, params, deps }) => {
    const byNumber = (phases: { id: string; number: number }[]) =>
      phases.find((phase) => phase.number === Number(params.number));
    const query = phasesQuery(context.projectId);
    const phase =
      byNumber(await context.queryClient.ensureQueryData(query)) ??
      byNumber(await context.queryClient.fetchQuery({ ...query, staleTime: 0 }));
    if (!phase) throw notFound();
    const full = await context.queryClient.ensureQueryData(phaseQuery(phase.id));
    if (!deps.staged) {
      // The address names its stage, so that approving it does not move the page to the next one.
      throw redirect({
        to: "/p/$projectKey/phases/$number",
        params,
        search: (now) => ({ ...now, stage: currentStage(full) }),
        replace: true,
      });
    }
    return { phaseId: phase.id };
  },
  component: Page,
});

function Page() {
  const { phaseId } = Route.useLoaderData();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const { data: phase } = useSuspenseQuery(phaseQuery(phaseId));
  const { data: me } = useSuspenseQuery(meQuery);
  const wanted = search.stage ?? currentStage(phase);
  const stage = phase.stages.some((view) => view.stage === wanted) ? wanted : currentStage(phase);
  const onSearch = async (change: Partial<DocumentSearch>, leaving: number | null) => {
    // A version is a place: Back leads to the one read before, also when the address did not name it.
    if (leaving !== null) await navigate({ replace: true, search: (now) => ({ ...now, stage, v: leaving }) });
    await navigate({
      replace: change.version === undefined && change.compare === undefined,
      search: (now) => {
        const next = { ...now, stage };
        if (change.view !== undefined) next.view = change.view === "read" ? undefined : change.view;
        if (change.version !== undefined) next.v = change.version ?? undefined;
        if (change.compare !== undefined) next.cmp = change.compare ?? undefined;
        return next;
      },
    });
  };
  return (
    <Workspace
      // A new stage is a new page: nothing half-typed or half-read leaks from one into the other.
      key={`${phaseId}/${stage}`}
      phase={phase}
      stage={stage}
      me={me}
      search={{ view: search.view ?? "read", version: search.v ?? null, compare: search.cmp ?? null }}
      onSearch={(change, leaving = null) => void onSearch(change, leaving)}
    />
  );
}
