/** `/p/$projectKey/phases/$number?stage=…`: the phase workspace. Every view is a link. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, notFound, redirect } from "@tanstack/react-router";
import { meQuery, phaseQuery, phasesQuery } from "~/api/queries";
import { StoriesWorkspace } from "~/app/workspace/StoriesWorkspace";
import { changedSearch, readSearch } from "~/app/workspace/search";
import { Workspace } from "~/app/workspace/Workspace";
import type { DocumentSearch } from "~/features/artefacts/DocumentPane";
import type { ReviewSearch } from "~/features/review/StoryReview";
import { currentStage } from "~/lib/stages";

export const Route = createFileRoute("/_app/p/$projectKey/phases/$number")({
  validateSearch: readSearch,
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
    if (full.kind === "adhoc") {
      // There is nothing to plan in it: it is a part of the backlog.
      throw redirect({
        to: "/p/$projectKey/backlog",
        params: { projectKey: params.projectKey },
        search: { phase: full.number },
        replace: true,
      });
    }
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
  const view = phase.stages.find((candidate) => candidate.stage === stage);
  // A new stage is a new page: nothing half-typed or half-read leaks from one into the other.
  const key = `${phaseId}/${stage}`;
  if (view?.stage === "stories") {
    return (
      <StoriesWorkspace
        key={key}
        phase={phase}
        view={view}
        me={me}
        search={{
          show: search.show ?? "all",
          side: search.side ?? "story",
          reference: search.ref ?? null,
          story: search.story ?? null,
        }}
        onSearch={(change: Partial<ReviewSearch>) =>
          void navigate({ replace: true, search: (now) => changedSearch({ ...now, stage }, change) })
        }
      />
    );
  }
  const onSearch = async (change: Partial<DocumentSearch>, leaving: number | null) => {
    // A version is a place: Back leads to the one read before, also when the address did not name it.
    if (leaving !== null) await navigate({ replace: true, search: (now) => ({ ...now, stage, v: leaving }) });
    await navigate({
      replace: change.version === undefined && change.compare === undefined,
      search: (now) => changedSearch({ ...now, stage }, change),
    });
  };
  return (
    <Workspace
      key={key}
      phase={phase}
      stage={stage}
      me={me}
      search={{
        view: search.view ?? "read",
        version: search.v ?? null,
        compare: search.cmp ?? null,
        look: { layout: search.layout ?? "inline", text: search.as ?? "reading", at: search.at ?? null },
        trace: search.id ?? null,
      }}
      onSearch={(change, leaving = null) => void onSearch(change, leaving)}
    />
  );
}
