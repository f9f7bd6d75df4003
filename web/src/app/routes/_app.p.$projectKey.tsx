/** `/p/$projectKey/…`: turns the key in the address into the project. */
import { createFileRoute, notFound, Outlet } from "@tanstack/react-router";
import { projectsQuery } from "~/api/queries";
import { useTopic } from "~/live/connection";
import { projectTopic } from "~/live/frames";

export const Route = createFileRoute("/_app/p/$projectKey")({
  beforeLoad: async ({ context, params }) => {
    const known = (key: string) => (projects: { key: string; id: string }[]) =>
      projects.find((project) => project.key === key.toUpperCase());
    const find = known(params.projectKey);
    const cached = find(await context.queryClient.ensureQueryData(projectsQuery));
    // A project made a moment ago may not be in the cached list yet.
    const project = cached ?? find(await context.queryClient.fetchQuery({ ...projectsQuery, staleTime: 0 }));
    if (!project) throw notFound();
    return { projectId: project.id };
  },
  component: Page,
});

function Page() {
  const { projectId } = Route.useRouteContext();
  useTopic(projectTopic(projectId));
  return <Outlet />;
}
