/** `/p/$projectKey`: the board. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, Link, useNavigate } from "@tanstack/react-router";
import { Settings } from "lucide-react";
import { useState } from "react";
import { phasesQuery, projectQuery } from "~/api/queries";
import { ProjectTabs } from "~/app/shell/ProjectTabs";
import { Crumbs, Slash } from "~/components/ui/Crumbs";
import { Board } from "~/features/phases/Board";
import { NewPhaseDialog } from "~/features/phases/NewPhaseDialog";

export const Route = createFileRoute("/_app/p/$projectKey/")({
  loader: ({ context }) =>
    Promise.all([
      context.queryClient.ensureQueryData(projectQuery(context.projectId)),
      context.queryClient.ensureQueryData(phasesQuery(context.projectId)),
    ]),
  component: Page,
});

function Page() {
  const { projectId } = Route.useRouteContext();
  const { data: project } = useSuspenseQuery(projectQuery(projectId));
  const { data: phases } = useSuspenseQuery(phasesQuery(projectId));
  const navigate = useNavigate();
  const [opening, setOpening] = useState(false);
  const mine = phases.filter((phase) => phase.waiting_for_me).length;
  return (
    <div className="flex h-full flex-col">
      <Crumbs title={`${mine > 0 ? `(${mine}) ` : ""}${project.name}`}>
        <Link to="/" className="text-ink-3 hover:text-ink max-sm:hidden">
          Projects
        </Link>
        <span className="max-sm:hidden">
          <Slash />
        </span>
        <span className="mono text-ink-3">{project.key}</span>
        <h1 className="truncate font-medium">{project.name}</h1>
        <Link
          to="/p/$projectKey/settings"
          params={{ projectKey: project.key }}
          aria-label="Project settings"
          className="btn btn-ghost btn-icon shrink-0"
          title="Project settings"
        >
          <Settings size={15} aria-hidden />
        </Link>
      </Crumbs>
      <ProjectTabs projectKey={project.key} />
      <div className="min-h-0 flex-1">
        <Board
          projectKey={project.key}
          phases={phases}
          mayOpen={project.roles.includes("sdm")}
          onNew={() => setOpening(true)}
        />
      </div>
      {opening && (
        <NewPhaseDialog
          projectId={project.id}
          onClose={() => setOpening(false)}
          onOpened={(phase) =>
            void navigate({
              to: "/p/$projectKey/phases/$number",
              params: { projectKey: project.key, number: String(phase.number) },
            })
          }
        />
      )}
    </div>
  );
}
