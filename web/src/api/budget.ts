/** What Conductor may cost in a project in a month. */
import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { keys } from "./queries";
import type { components } from "./schema";
import type { Project } from "./types";

export type Budget = components["schemas"]["Budget"];

export const budgetQuery = (projectId: string) =>
  queryOptions({
    queryKey: [...keys.usage(projectId), "budget"],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}/budget", {
          params: { path: { project_id: projectId } },
          signal,
        }),
      ),
  });

/** The version of the project that was read is named, so that nobody's newer budget is overwritten. */
export function setBudget(project: Project, monthlyMicros: number | null): Promise<Budget> {
  return unwrap(
    api.PUT("/api/v1/projects/{project_id}/budget", {
      params: { path: { project_id: project.id }, header: { "If-Match": `"${project.version}"` } },
      body: { monthly_micros: monthlyMicros },
    }),
  );
}
