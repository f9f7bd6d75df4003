/** What the address of the backlog says: filters and order. */
import type { BacklogFilter, BacklogSort } from "~/api/backlog";
import type { StoryStatus, StoryType } from "~/api/stories";
import type { PhaseSummary } from "~/api/types";
import { STORY_TYPES } from "~/lib/stories";

export type BacklogSearch = {
  /** The phase's number, which people know. */
  phase?: number;
  type?: StoryType;
  status?: StoryStatus;
  q?: string;
  stale?: true;
  enriched?: boolean;
  sort?: BacklogSort;
};

export const SORTS: BacklogSort[] = ["key", "-key", "title", "updated", "complexity"];
const STATUSES: StoryStatus[] = ["open", "closed"];

export function readBacklogSearch(search: Record<string, unknown>): BacklogSearch {
  const phase = Number(search.phase);
  const type = STORY_TYPES.find((one) => one === search.type);
  const status = STATUSES.find((one) => one === search.status);
  const sort = SORTS.find((one) => one === search.sort);
  // A number in the address is a search for that number.
  const q =
    typeof search.q === "string" || typeof search.q === "number" ? String(search.q).slice(0, 200) : "";
  return {
    ...(Number.isSafeInteger(phase) && phase > 0 ? { phase } : {}),
    ...(type ? { type } : {}),
    ...(status ? { status } : {}),
    ...(q ? { q } : {}),
    ...(search.stale === true ? { stale: true } : {}),
    ...(typeof search.enriched === "boolean" ? { enriched: search.enriched } : {}),
    ...(sort && sort !== "key" ? { sort } : {}),
  };
}

/** The same as the server is asked for it. */
export function filterOf(search: BacklogSearch, phases: PhaseSummary[]): BacklogFilter {
  const { phase: number, q, ...rest } = search;
  const phase = phases.find((one) => one.number === number)?.id;
  return { ...rest, ...(q ? { text: q } : {}), ...(phase ? { phase } : {}) };
}

export const isFiltered = ({ sort: _, ...rest }: BacklogSearch): boolean => Object.keys(rest).length > 0;
