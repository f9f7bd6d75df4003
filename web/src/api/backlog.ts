/** The backlog of a project and its stories: reads and changes. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import { keys } from "./queries";
import type { BacklogPage, Story, StoryDraft, StoryStatus, StoryType } from "./stories";

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
const BACKLOG = "/api/v1/projects/{project_id}/backlog" as const;
const STORY = "/api/v1/stories/{story_id}" as const;

export const backlogQuery = (projectId: string, filter: BacklogFilter) =>
  infiniteQueryOptions({
    queryKey: [...keys.backlog(projectId), filter],
    queryFn: ({ pageParam, signal }) =>
      call<BacklogPage>("get", BACKLOG, {
        params: {
          path: { project_id: projectId },
          query: { ...filter, limit: PAGE, ...(pageParam ? { cursor: pageParam } : {}) },
        },
        signal,
      }),
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
  return call<Story>("post", "/api/v1/projects/{project_id}/stories", {
    params: { path: { project_id: projectId } },
    body: { request },
  });
}

export const storyQuery = (storyId: string) =>
  queryOptions({
    queryKey: keys.story(storyId),
    queryFn: ({ signal }) => call<Story>("get", STORY, { params: { path: { story_id: storyId } }, signal }),
  });

export function editStory(story: Story, change: Partial<StoryDraft>): Promise<Story> {
  return call<Story>("patch", STORY, {
    params: { path: { story_id: story.id } },
    headers: { "If-Match": `"${story.version}"` },
    body: change,
  });
}

const on = (story: Story, verb: string, body: object = {}): Promise<Story> =>
  call<Story>("post", `${STORY}/${verb}`, { params: { path: { story_id: story.id } }, body });

export const refineStory = (story: Story): Promise<Story> => on(story, "refine");
export const acceptRefinement = (story: Story, edited: Partial<StoryDraft>): Promise<Story> =>
  on(story, "refinement/accept", edited);
export const refuseRefinement = (story: Story, reason: string): Promise<Story> =>
  on(story, "refinement/refuse", reason ? { reason } : {});
export const enrichStory = (story: Story): Promise<Story> => on(story, "enrich");
export const closeStory = (story: Story, reason: string): Promise<Story> => on(story, "close", { reason });
