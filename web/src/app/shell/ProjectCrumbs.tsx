/** Where one is on a page of a project: the project, which leads to its phases, and the page. */
import { Link } from "@tanstack/react-router";
import type { Project } from "~/api/types";
import { Crumbs, Slash } from "~/components/ui/Crumbs";

export function ProjectCrumbs({ project, page }: { project: Project; page: string }) {
  return (
    <Crumbs title={`${page} · ${project.name}`}>
      <Link
        to="/p/$projectKey"
        params={{ projectKey: project.key }}
        className="truncate text-ink-3 hover:text-ink"
      >
        {project.name}
      </Link>
      <Slash />
      <h1 className="font-medium">{page}</h1>
    </Crumbs>
  );
}
