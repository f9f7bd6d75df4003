/** What people do in threads. Answers show when the server has them; a change request also moves the gate. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { requestChanges } from "~/api/phases";
import { keys } from "~/api/queries";
import { openThread, replyInThread, resolveThread } from "~/api/threads";
import type { NewAnchor, Stage } from "~/api/types";

export type Place = { phaseId: string; stage: Stage };
export type Said = { version: number; text: string; anchor: NewAnchor };

export function useThreads(place: Place) {
  const client = useQueryClient();
  const settle = {
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.artefact(place.phaseId, place.stage) }),
        client.invalidateQueries({ queryKey: keys.phase(place.phaseId), exact: true }),
      ]),
  };
  return {
    open: useMutation({ mutationFn: (said: Said) => openThread(place, said), ...settle }),
    request: useMutation({
      mutationFn: ({ text, ...said }: Said) => requestChanges(place, { ...said, reason: text }),
      ...settle,
    }),
    reply: useMutation({
      mutationFn: ({ id, text }: { id: string; text: string }) => replyInThread(place, id, text),
      ...settle,
    }),
    resolve: useMutation({ mutationFn: (id: string) => resolveThread(place, id), ...settle }),
  };
}

export type ThreadMutations = ReturnType<typeof useThreads>;
