/** The projects one is in, with what waits in each. */
import { Link } from "@tanstack/react-router";
import { FolderPlus } from "lucide-react";
import type { ProjectSummary } from "~/api/types";
import { EmptyState } from "~/components/ui/Notice";
import { rolesInWords } from "~/lib/stages";
import { plural } from "~/lib/time";

type Props = { projects: ProjectSummary[]; mayCreate: boolean; onNew: () => void };

export function ProjectList({ projects, mayCreate, onNew }: Props) {
  const waiting = projects.reduce((sum, project) => sum + project.waiting_for_me, 0);
  return (
    <div className="mx-auto w-full max-w-[960px] px-4 py-8 sm:px-6">
      <div className="flex items-end justify-between gap-3">
        <div>
          <h2 className="font-serif text-2xl">Your projects</h2>
          <p className="mt-0.5 text-ink-2">
            {waiting > 0
              ? `${plural(waiting, "phase waits", "phases wait")} for you.`
              : "Nothing waits for you."}
          </p>
        </div>
        {mayCreate && (
          <button type="button" className="btn btn-primary" onClick={onNew}>
            <FolderPlus size={14} aria-hidden />
            New project
          </button>
        )}
      </div>
      {projects.length === 0 ? (
        <EmptyState title="No project yet">
          {mayCreate
            ? "Create one to give Conductor a context to plan in."
            : "Ask an SDM to add you to a project; it appears here at once."}
        </EmptyState>
      ) : (
        <ul className="panel mt-5 divide-y divide-rule overflow-hidden">
          {projects.map((project) => (
            <li key={project.id}>
              <ProjectRow project={project} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}

function ProjectRow({ project }: { project: ProjectSummary }) {
  const { planning, ready, completed } = project.phases;
  const waits = project.waiting_for_me > 0;
  return (
    <Link
      to="/p/$projectKey"
      params={{ projectKey: project.key }}
      data-state={waits ? "in_review" : "open"}
      className="gate flex items-stretch gap-3 pl-3 sm:gap-4 sm:pl-4 hover:bg-well"
    >
      <span className="mono my-auto w-16 shrink-0 max-sm:w-9 text-ink-3">{project.key}</span>
      <span className="min-w-0 flex-1 py-3">
        <span className="block truncate font-serif text-lg leading-snug">{project.name}</span>
        <span className="num mt-0.5 block text-ink-3 text-xs">
          {planning} planning · {ready} ready · {completed} completed
          {project.roles.length > 0 && ` · you: ${rolesInWords(project.roles)}`}
        </span>
      </span>
      {waits && (
        <span className="gate-fg my-auto shrink-0 font-medium text-xs">
          {plural(project.waiting_for_me, "waits", "wait")} for you
        </span>
      )}
      <span aria-hidden className={waits ? "barline" : "w-[9px]"} />
    </Link>
  );
}
