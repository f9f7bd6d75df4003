/** `/p/$projectKey/settings`. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, Link } from "@tanstack/react-router";
import { meQuery, projectQuery } from "~/api/queries";
import { Crumbs, Slash } from "~/components/ui/Crumbs";
import { ProjectSettings } from "~/features/settings/ProjectSettings";

export const Route = createFileRoute("/_app/p/$projectKey/settings")({
  loader: ({ context }) => context.queryClient.ensureQueryData(projectQuery(context.projectId)),
  component: Page,
});

function Page() {
  const { projectId } = Route.useRouteContext();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const { data: me } = useSuspenseQuery(meQuery);
  return (
    <>
      <Crumbs title={`Settings · ${project.name}`}>
        <Link
          to="/p/$projectKey"
          params={{ projectKey: project.key }}
          className="truncate text-ink-3 hover:text-ink"
        >
          {project.name}
        </Link>
        <Slash />
        <h1 className="font-medium">Settings</h1>
      </Crumbs>
      <ProjectSettings project={project} me={me} />
    </>
  );
}
