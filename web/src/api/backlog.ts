/** The backlog of a project and its stories: reads and changes. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { keys } from "./queries";
import type { Story, StoryChange, StoryStatus, StoryType } from "./stories";

export type BacklogSort = "key" | "-key" | "title" | "updated" | "complexity";

/** What of the backlog is asked for; left out means all. */
export type BacklogFilter = {
  phase?: string;
  type?: StoryType;
  status?: StoryStatus;
  text?: string;
  stale?: boolean;
  enriched?: boolean;
  sort?: BacklogSort;
};

const PAGE = 200;

export const backlogQuery = (projectId: string, filter: BacklogFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.backlog(projectId), filter],
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}/backlog", {
          params: {
            path: { project_id: projectId },
            query: { ...filter, limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export type ExportFormat = "csv" | "json" | "jira_csv";

/** Where the same stories can be fetched as a file. */
export function exportAddress(projectId: string, filter: BacklogFilter, format: ExportFormat): string {
  const query = new URLSearchParams({ format });
  for (const [name, value] of Object.entries(filter)) {
    if (value !== undefined) query.set(name, String(value));
  }
  return `/api/v1/projects/${encodeURIComponent(projectId)}/backlog/export?${query}`;
}

/** A one-off story: one sentence is enough, Conductor refines it afterwards. */
export function addStory(projectId: string, request: string): Promise<Story> {
  return unwrap(
    api.POST("/api/v1/projects/{project_id}/stories", {
      params: { path: { project_id: projectId } },
      body: { request },
    }),
  );
}

const here = (story: Story) => ({ params: { path: { story_id: story.id } } });

export const storyQuery = (storyId: string) =>
  queryOptions({
    queryKey: keys.story(storyId),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/stories/{story_id}", { params: { path: { story_id: storyId } }, signal })),
  });

export function editStory(story: Story, change: StoryChange): Promise<Story> {
  return unwrap(
    api.PATCH("/api/v1/stories/{story_id}", {
      params: { path: { story_id: story.id }, header: { "If-Match": `"${story.version}"` } },
      body: change,
    }),
  );
}

export function refineStory(story: Story): Promise<Story> {
  return unwrap(api.POST("/api/v1/stories/{story_id}/refine", here(story)));
}

export function acceptRefinement(story: Story, edited: StoryChange): Promise<Story> {
  return unwrap(api.POST("/api/v1/stories/{story_id}/refinement/accept", { ...here(story), body: edited }));
}

export function refuseRefinement(story: Story, reason: string): Promise<Story> {
  return unwrap(
    api.POST("/api/v1/stories/{story_id}/refinement/refuse", {
      ...here(story),
      body: reason ? { reason } : {},
    }),
  );
}

export function enrichStory(story: Story): Promise<Story> {
  return unwrap(api.POST("/api/v1/stories/{story_id}/enrich", here(story)));
}

export function closeStory(story: Story, reason: string): Promise<Story> {
  return unwrap(api.POST("/api/v1/stories/{story_id}/close", { ...here(story), body: { reason } }));
}
