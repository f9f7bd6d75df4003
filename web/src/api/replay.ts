/** A phase as it was after any of its events, and the events themselves. */
import { keepPreviousData, queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { keys } from "./queries";
import type { components } from "./schema";

export type Moment = components["schemas"]["Moment"];
export type MomentStage = components["schemas"]["MomentStage"];
export type MomentProposal = components["schemas"]["MomentProposal"];
export type HistoryEvent = components["schemas"]["HistoryEvent"];
export type HistoryKind = "gates" | "versions" | "conversation" | "discussion" | "review" | "stories";

export const KINDS: { kind: HistoryKind; name: string }[] = [
  { kind: "gates", name: "Gates" },
  { kind: "versions", name: "Versions" },
  { kind: "conversation", name: "Conversation" },
  { kind: "discussion", name: "Threads" },
  { kind: "review", name: "Story review" },
  { kind: "stories", name: "Stories" },
];

/** A position after every event there is: the moment after the last. */
export const NOW = Number.MAX_SAFE_INTEGER;

export const momentQuery = (phaseId: string, position: number) =>
  queryOptions({
    queryKey: [...keys.phase(phaseId), "moment", position],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/phases/{phase_id}/history/{position}", {
          params: { path: { phase_id: phaseId, position } },
          signal,
        }),
      ),
    // While one scrubs, the moment before stays on the page until the next is there.
    placeholderData: keepPreviousData,
  });

export type Filter = { kind: HistoryKind | null; person: string | null };

/** Events after a position, at most 200. */
export const eventsQuery = (phaseId: string, after: number, { kind, person }: Filter) =>
  queryOptions({
    queryKey: [...keys.phase(phaseId), "history", after, kind, person],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/phases/{phase_id}/history", {
          params: {
            path: { phase_id: phaseId },
            query: { after, limit: 200, ...(kind && { kind }), ...(person && { person }) },
          },
          signal,
        }),
      ),
    placeholderData: keepPreviousData,
  });

/** Most pages of gate events that are marked on the timeline. */
const GATE_PAGES = 10;

/** What the gates did, for the marks on the timeline. */
export const gateEventsQuery = (phaseId: string) =>
  queryOptions({
    queryKey: [...keys.phase(phaseId), "gate-events"],
    queryFn: async ({ signal }) => {
      const events: HistoryEvent[] = [];
      let after = 0;
      for (let page = 0; page < GATE_PAGES; page++) {
        const found = await unwrap(
          api.GET("/api/v1/phases/{phase_id}/history", {
            params: { path: { phase_id: phaseId }, query: { after, limit: 200, kind: "gates" } },
            signal,
          }),
        );
        events.push(...found.items);
        after = found.items.at(-1)?.position ?? after;
        if (!found.next_cursor) break;
      }
      return events;
    },
  });
