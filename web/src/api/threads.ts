/** Threads beside a document: remarks and answers. They decide nothing; change requests are answered here too. */
import { api, unwrap } from "./client";
import type { NewAnchor, Phase, Stage, Thread } from "./types";

type Place = { phaseId: string; stage: Stage };
const path = ({ phaseId, stage }: Place) => ({ phase_id: phaseId, stage });

export function openThread(
  place: Place,
  thread: { version: number; text: string; anchor: NewAnchor },
): Promise<Thread> {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/artefacts/{stage}/threads", {
      params: { path: path(place) },
      body: thread,
    }),
  );
}

export function replyInThread(place: Place, threadId: string, text: string): Promise<Thread> {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/artefacts/{stage}/threads/{thread_id}/replies", {
      params: { path: { ...path(place), thread_id: threadId } },
      body: { text },
    }),
  );
}

export function resolveThread(place: Place, threadId: string): Promise<Thread> {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/artefacts/{stage}/threads/{thread_id}/resolve", {
      params: { path: { ...path(place), thread_id: threadId } },
    }),
  );
}

export function restartReview(place: Place): Promise<Phase> {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/artefacts/{stage}/restart-review", {
      params: { path: path(place) },
    }),
  );
}
