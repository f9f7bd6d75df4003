/** A conversation beside writing: what Conductor is given, the message that waits, and turns that have ended. */
import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import type { Stage } from "./types";

type Place = { phaseId: string; stage: Stage };
const turn = ({ phaseId, stage }: Place, turnId: string) => ({
  params: { path: { phase_id: phaseId, stage, turn_id: turnId } },
});

export function cancelQueuedMessage({ phaseId, stage }: Place) {
  return unwrap(
    api.DELETE("/api/v1/phases/{phase_id}/stages/{stage}/messages/queued", {
      params: { path: { phase_id: phaseId, stage } },
    }),
  );
}

/** `key` makes a repeat after a lost answer safe: the same key never sends the message twice. */
export function editMessage(place: Place, turnId: string, text: string, key: string) {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/stages/{stage}/turns/{turn_id}/edit", {
      ...turn(place, turnId),
      headers: { "Idempotency-Key": key },
      body: { text },
    }),
  );
}

export function continueTurn(place: Place, turnId: string) {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/stages/{stage}/turns/{turn_id}/continue", turn(place, turnId)),
  );
}

export function extractDocument(place: Place, turnId: string) {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/stages/{stage}/turns/{turn_id}/extract", {
      ...turn(place, turnId),
      body: {},
    }),
  );
}

/** Makes an incomplete version a person's draft as it is: complete, and theirs to finish by hand. */
export async function keepAsDraft({ phaseId, stage }: Place, version: number) {
  const path = { phase_id: phaseId, stage };
  const cut = await unwrap(
    api.GET("/api/v1/phases/{phase_id}/artefacts/{stage}/versions/{version}", {
      params: { path: { ...path, version } },
    }),
  );
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/artefacts/{stage}/versions", {
      params: { path },
      headers: { "If-Match": `"${version}"` },
      body: { title: cut.title, markdown: cut.markdown },
    }),
  );
}

/** What Conductor was given for a reply: it never changes. */
export const contextQuery = (phaseId: string, stage: Stage, turnId: string) =>
  queryOptions({
    queryKey: ["turn-context", turnId],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/phases/{phase_id}/stages/{stage}/turns/{turn_id}/context", {
          params: { path: { phase_id: phaseId, stage, turn_id: turnId } },
          signal,
        }),
      ),
    staleTime: Number.POSITIVE_INFINITY,
  });

/** What the next message would carry; its words are as far as they are written. */
export const nextContextQuery = (phaseId: string, stage: Stage, text: string) =>
  queryOptions({
    queryKey: ["phase", phaseId, "next-context", stage, text],
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/phases/{phase_id}/stages/{stage}/context", {
          params: { path: { phase_id: phaseId, stage }, query: text ? { text } : {} },
          signal,
        }),
      ),
    staleTime: 0,
  });
