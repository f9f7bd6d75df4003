/** What Conductor consumed in a project. */
import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { keys } from "./queries";
import type { components } from "./schema";

export type ProjectUsage = components["schemas"]["ProjectUsage"];
export type UsageFigures = components["schemas"]["UsageFigures"];
export type DayUsage = components["schemas"]["DayUsage"];

/** `from` and `to` are days (UTC), such as `2026-10-01`, both included. */
export const usageQuery = (projectId: string, from: string, to: string) =>
  queryOptions({
    queryKey: [...keys.usage(projectId), from, to],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}/usage", {
          params: { path: { project_id: projectId }, query: { from, to } },
          signal,
        }),
      ),
  });
