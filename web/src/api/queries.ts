/**
 * Every read of the app, with its cache key.
 * Keys are hierarchical so that a `changed` frame can name exactly what to fetch again (see live/invalidation).
 */
import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import type { Stage } from "./types";

const FOREVER = Number.POSITIVE_INFINITY;

type PageOf<Item> = { items: Item[]; next_cursor?: string | null };

/** A whole list, page by page; the server caps a page at 200. */
async function everyPage<Item>(
  read: (query: { limit: number; cursor?: string }) => Promise<PageOf<Item>>,
): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: PageOf<Item> = await read(cursor ? { limit: 200, cursor } : { limit: 200 });
    items.push(...page.items);
    cursor = page.next_cursor ?? null;
  } while (cursor);
  return items;
}

export const keys = {
  me: ["me"] as const,
  projects: ["projects"] as const,
  project: (id: string) => ["project", id] as const,
  phases: (projectId: string) => ["project", projectId, "phases"] as const,
  approvalPolicy: (projectId: string) => ["project", projectId, "approval-policy"] as const,
  delegations: (projectId: string) => ["project", projectId, "delegations"] as const,
  phase: (id: string) => ["phase", id] as const,
  artefact: (phaseId: string, stage: Stage) => ["phase", phaseId, "artefact", stage] as const,
  messages: (phaseId: string, stage: Stage) => ["phase", phaseId, "messages", stage] as const,
  proposals: (phaseId: string) => ["phase", phaseId, "proposals"] as const,
  backlog: (projectId: string) => ["project", projectId, "backlog"] as const,
  stories: ["story"] as const,
  story: (id: string) => ["story", id] as const,
  usage: (projectId: string) => ["project", projectId, "usage"] as const,
  users: ["users"] as const,
  traceability: (phaseId: string) => ["phase", phaseId, "traceability"] as const,
  inbox: ["inbox"] as const,
  tokens: ["tokens"] as const,
};

export const meQuery = queryOptions({
  queryKey: keys.me,
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/me", { signal })),
  staleTime: 60_000,
});

export const setupQuery = queryOptions({
  queryKey: ["setup"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/setup", { signal })),
});

export const sessionOptionsQuery = queryOptions({
  queryKey: ["session-options"],
  queryFn: ({ signal }) => unwrap(api.GET("/api/v1/session-options", { signal })),
});

export const projectsQuery = queryOptions({
  queryKey: keys.projects,
  queryFn: ({ signal }) =>
    everyPage((query) => unwrap(api.GET("/api/v1/projects", { params: { query }, signal }))),
});

export const projectQuery = (projectId: string) =>
  queryOptions({
    queryKey: keys.project(projectId),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}", { params: { path: { project_id: projectId } }, signal }),
      ),
  });

/** The policy with its warnings and the reviews that keep an older one. */
export const approvalPolicyQuery = (projectId: string) =>
  queryOptions({
    queryKey: keys.approvalPolicy(projectId),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/projects/{project_id}/approval-policy", {
          params: { path: { project_id: projectId } },
          signal,
        }),
      ),
  });

export const delegationsQuery = (projectId: string) =>
  queryOptions({
    queryKey: keys.delegations(projectId),
    queryFn: async ({ signal }) => {
      const list = await unwrap(
        api.GET("/api/v1/projects/{project_id}/delegations", {
          params: { path: { project_id: projectId } },
          signal,
        }),
      );
      return list.items;
    },
  });

export const phasesQuery = (projectId: string) =>
  queryOptions({
    queryKey: keys.phases(projectId),
    queryFn: ({ signal }) =>
      everyPage((query) =>
        unwrap(
          api.GET("/api/v1/projects/{project_id}/phases", {
            params: { path: { project_id: projectId }, query },
            signal,
          }),
        ),
      ),
  });

export const phaseQuery = (phaseId: string) =>
  queryOptions({
    queryKey: keys.phase(phaseId),
    queryFn: ({ signal }) =>
      unwrap(api.GET("/api/v1/phases/{phase_id}", { params: { path: { phase_id: phaseId } }, signal })),
  });

export const versionsQuery = (phaseId: string, stage: Stage) =>
  queryOptions({
    queryKey: [...keys.artefact(phaseId, stage), "versions"],
    queryFn: async ({ signal }) => {
      const list = await unwrap(
        api.GET("/api/v1/phases/{phase_id}/artefacts/{stage}/versions", {
          params: { path: { phase_id: phaseId, stage } },
          signal,
        }),
      );
      return list.items.toSorted((a, b) => b.version - a.version);
    },
  });

/** What people said beside a stage's document, change requests among it, in the order of the text. */
export const threadsQuery = (phaseId: string, stage: Stage) =>
  queryOptions({
    queryKey: [...keys.artefact(phaseId, stage), "threads"],
    queryFn: async ({ signal }) => {
      const list = await unwrap(
        api.GET("/api/v1/phases/{phase_id}/artefacts/{stage}/threads", {
          params: { path: { phase_id: phaseId, stage } },
          signal,
        }),
      );
      return list.items;
    },
  });

/** What people found wrong with a stage's approved document, oldest first. */
export const findingsQuery = (phaseId: string, stage: Stage) =>
  queryOptions({
    queryKey: [...keys.artefact(phaseId, stage), "findings"],
    queryFn: async ({ signal }) => {
      const list = await unwrap(
        api.GET("/api/v1/phases/{phase_id}/findings", { params: { path: { phase_id: phaseId } }, signal }),
      );
      return list.items.filter((finding) => finding.stage === stage);
    },
  });

/** An analysis that is kept beside an approved one; its text never changes. */
export const keptSubmissionQuery = (phaseId: string, stage: Stage, id: string) =>
  queryOptions({
    queryKey: ["kept-submission", id],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/phases/{phase_id}/artefacts/{stage}/kept-submissions/{submission_id}", {
          params: { path: { phase_id: phaseId, stage, submission_id: id } },
          signal,
        }),
      ),
    staleTime: FOREVER,
  });

/** A stage's document as it stands: approvals, change requests, the brief before a decision, my own draft. */
export const artefactQuery = (phaseId: string, stage: Stage) =>
  queryOptions({
    queryKey: [...keys.artefact(phaseId, stage), "now"],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/phases/{phase_id}/artefacts/{stage}", {
          params: { path: { phase_id: phaseId, stage } },
          signal,
        }),
      ),
  });

/** The text that I was editing, whatever device I was on. */
export const draftQuery = (phaseId: string, stage: Stage) =>
  queryOptions({
    queryKey: [...keys.artefact(phaseId, stage), "draft"],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/phases/{phase_id}/artefacts/{stage}/draft", {
          params: { path: { phase_id: phaseId, stage } },
          signal,
        }),
      ),
    staleTime: 0,
    gcTime: 0,
  });

/** Where each id of a phase's documents is defined, and what names it. */
export const traceabilityQuery = (phaseId: string) =>
  queryOptions({
    queryKey: keys.traceability(phaseId),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/phases/{phase_id}/traceability", {
          params: { path: { phase_id: phaseId } },
          signal,
        }),
      ),
  });

/** What waits for me, longest first. */
export const inboxQuery = queryOptions({
  queryKey: keys.inbox,
  queryFn: ({ signal }) =>
    everyPage((query) => unwrap(api.GET("/api/v1/inbox", { params: { query }, signal }))),
  staleTime: 10_000,
});

/** A version never changes, so it is fetched once. */
export const versionQuery = (phaseId: string, stage: Stage, version: number) =>
  queryOptions({
    queryKey: ["version", phaseId, stage, version],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/phases/{phase_id}/artefacts/{stage}/versions/{version}", {
          params: { path: { phase_id: phaseId, stage, version } },
          signal,
        }),
      ),
    staleTime: FOREVER,
  });

export const diffQuery = (phaseId: string, stage: Stage, from: number, to: number) =>
  queryOptions({
    queryKey: ["diff", phaseId, stage, from, to],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/phases/{phase_id}/artefacts/{stage}/diff", {
          params: { path: { phase_id: phaseId, stage }, query: { from, to } },
          signal,
        }),
      ),
    staleTime: FOREVER,
  });

/** The conversation, newest page first; older pages load on demand. */
export const messagesQuery = (phaseId: string, stage: Stage) =>
  infiniteQueryOptions({
    queryKey: keys.messages(phaseId, stage),
    queryFn: ({ pageParam, signal }) =>
      unwrap(
        api.GET("/api/v1/phases/{phase_id}/stages/{stage}/messages", {
          params: {
            path: { phase_id: phaseId, stage },
            query: pageParam ? { limit: 50, cursor: pageParam } : { limit: 50 },
          },
          signal,
        }),
      ),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });

export const usersQuery = queryOptions({
  queryKey: keys.users,
  queryFn: ({ signal }) =>
    everyPage((query) => unwrap(api.GET("/api/v1/users", { params: { query }, signal }))),
});

export const peopleQuery = (q: string) =>
  queryOptions({
    queryKey: [...keys.users, "search", q],
    queryFn: async ({ signal }) => {
      const page = await unwrap(api.GET("/api/v1/users", { params: { query: { q, limit: 20 } }, signal }));
      return page.items;
    },
    staleTime: 10_000,
  });
