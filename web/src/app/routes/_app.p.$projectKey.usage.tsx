/** `/p/$projectKey/usage?days=30`. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { projectQuery } from "~/api/queries";
import { ProjectCrumbs } from "~/app/shell/ProjectCrumbs";
import { ProjectTabs } from "~/app/shell/ProjectTabs";
import { type Days, isPeriod } from "~/features/usage/days";
import { UsagePage } from "~/features/usage/UsagePage";

export const Route = createFileRoute("/_app/p/$projectKey/usage")({
  validateSearch: (search: Record<string, unknown>): { days?: Days } =>
    isPeriod(search.days) ? { days: search.days } : {},
  loader: ({ context }) => context.queryClient.ensureQueryData(projectQuery(context.projectId)),
  component: Page,
});

function Page() {
  const { projectId } = Route.useRouteContext();
  const { days = 30 } = Route.useSearch();
  const navigate = Route.useNavigate();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  return (
    <div className="flex h-full flex-col">
      <ProjectCrumbs project={project} page="Usage" />
      <ProjectTabs projectKey={project.key} />
      <div className="min-h-0 flex-1">
        <UsagePage
          project={project}
          days={days}
          onDays={(next) => void navigate({ search: { days: next }, replace: true })}
        />
      </div>
    </div>
  );
}
