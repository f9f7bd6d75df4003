/** `/p/$projectKey/settings`. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { meQuery, projectQuery } from "~/api/queries";
import { ProjectCrumbs } from "~/app/shell/ProjectCrumbs";
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
      <ProjectCrumbs project={project} page="Settings" />
      <ProjectSettings project={project} me={me} />
    </>
  );
}
