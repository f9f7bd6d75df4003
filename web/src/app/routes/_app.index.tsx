/** `/`: the projects. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { meQuery, projectsQuery } from "~/api/queries";
import { Crumbs } from "~/components/ui/Crumbs";
import { NewProjectDialog } from "~/features/projects/NewProjectDialog";
import { ProjectList } from "~/features/projects/ProjectList";

export const Route = createFileRoute("/_app/")({
  loader: ({ context }) => context.queryClient.ensureQueryData(projectsQuery),
  component: Page,
});

function Page() {
  const { data: projects } = useSuspenseQuery(projectsQuery);
  const { data: me } = useSuspenseQuery(meQuery);
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  const mayCreate = me.administrator || me.projects.some((project) => project.roles.includes("sdm"));
  const waiting = projects.reduce((sum, project) => sum + project.waiting_for_me, 0);
  return (
    <div className="fine-scroll h-full overflow-y-auto">
      <Crumbs title={waiting > 0 ? `(${waiting}) Projects` : "Projects"}>
        <h1 className="font-medium">Projects</h1>
      </Crumbs>
      <ProjectList projects={projects} mayCreate={mayCreate} onNew={() => setAdding(true)} />
      {adding && (
        <NewProjectDialog
          onClose={() => setAdding(false)}
          onCreated={(project) =>
            void navigate({ to: "/p/$projectKey", params: { projectKey: project.key } })
          }
        />
      )}
    </div>
  );
}
