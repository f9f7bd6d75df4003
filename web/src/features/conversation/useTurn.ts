/** Sending, stopping and retrying; a message is never lost and never sent twice. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { retryTurn, sendMessage, stopTurn } from "~/api/phases";
import { keys } from "~/api/queries";
import type { Stage } from "~/api/types";

type Place = { phaseId: string; stage: Stage };

export function useTurn(place: Place) {
  const client = useQueryClient();
  const [sending, setSending] = useState<string | null>(null);
  // The same text after a lost answer goes with the same key, so that the server knows it again.
  const attempt = useRef<{ text: string; key: string } | null>(null);
  const refresh = () => client.invalidateQueries({ queryKey: keys.messages(place.phaseId, place.stage) });

  const post = useMutation({
    mutationFn: (text: string) => {
      if (attempt.current?.text !== text) attempt.current = { text, key: crypto.randomUUID() };
      return sendMessage(place, text, attempt.current.key);
    },
    onMutate: (text) => setSending(text),
    onSuccess: async () => {
      attempt.current = null;
      await refresh();
    },
    onSettled: () => setSending(null),
  });
  const stop = useMutation({ mutationFn: (turnId: string) => stopTurn(place, turnId), onSettled: refresh });
  const retry = useMutation({ mutationFn: (turnId: string) => retryTurn(place, turnId), onSettled: refresh });

  return {
    sending,
    stopping: stop.isPending,
    failure: post.error ?? stop.error ?? retry.error,
    /** Resolves to whether the message was taken. */
    send: (text: string) =>
      post.mutateAsync(text).then(
        () => true,
        () => false,
      ),
    stop: (turnId: string) => stop.mutate(turnId),
    retry: (turnId: string) => retry.mutate(turnId),
  };
}
