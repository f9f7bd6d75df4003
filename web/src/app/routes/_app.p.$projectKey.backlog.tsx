/** `/p/$projectKey/backlog?phase=&type=&status=&q=&stale=&enriched=&sort=`. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { phasesQuery, projectQuery } from "~/api/queries";
import { ProjectCrumbs } from "~/app/shell/ProjectCrumbs";
import { ProjectTabs } from "~/app/shell/ProjectTabs";
import { Backlog } from "~/features/backlog/Backlog";
import { readBacklogSearch } from "~/features/backlog/search";

export const Route = createFileRoute("/_app/p/$projectKey/backlog")({
  validateSearch: readBacklogSearch,
  loader: ({ context }) =>
    Promise.all([
      context.queryClient.ensureQueryData(projectQuery(context.projectId)),
      context.queryClient.ensureQueryData(phasesQuery(context.projectId)),
    ]),
  component: Page,
});

function Page() {
  const { projectId } = Route.useRouteContext();
  const search = Route.useSearch();
  const navigate = Route.useNavigate();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const { data: phases } = useSuspenseQuery(phasesQuery(projectId));
  return (
    <div className="flex h-full flex-col">
      <ProjectCrumbs project={project} page="Backlog" />
      <ProjectTabs projectKey={project.key} />
      <div className="min-h-0 flex-1">
        <Backlog
          project={project}
          phases={phases}
          search={search}
          onSearch={(next) => void navigate({ search: next, replace: true })}
        />
      </div>
    </div>
  );
}
