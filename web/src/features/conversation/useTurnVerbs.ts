/** What a person does with a turn that has ended, and with the message that waits. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRef } from "react";
import {
  cancelQueuedMessage,
  continueTurn,
  editMessage,
  extractDocument,
  keepAsDraft,
} from "~/api/conversation";
import { keys } from "~/api/queries";
import type { Stage } from "~/api/types";

type Place = { phaseId: string; stage: Stage };

export function useTurnVerbs(place: Place) {
  const client = useQueryClient();
  const refresh = () => client.invalidateQueries({ queryKey: keys.messages(place.phaseId, place.stage) });
  const edited = useRef<{ text: string; key: string } | null>(null);

  const cancel = useMutation({ mutationFn: () => cancelQueuedMessage(place), onSettled: refresh });
  const goOn = useMutation({
    mutationFn: (turnId: string) => continueTurn(place, turnId),
    onSettled: refresh,
  });
  const extract = useMutation({
    mutationFn: (turnId: string) => extractDocument(place, turnId),
    onSettled: refresh,
  });
  const keep = useMutation({
    mutationFn: (version: number) => keepAsDraft(place, version),
    onSettled: () => client.invalidateQueries({ queryKey: keys.artefact(place.phaseId, place.stage) }),
  });
  const edit = useMutation({
    mutationFn: ({ turnId, text }: { turnId: string; text: string }) => {
      if (edited.current?.text !== text) edited.current = { text, key: crypto.randomUUID() };
      return editMessage(place, turnId, text, edited.current.key);
    },
    onSettled: refresh,
  });

  return {
    failure: cancel.error ?? goOn.error ?? extract.error ?? keep.error ?? edit.error,
    busy: goOn.isPending || extract.isPending || keep.isPending || edit.isPending,
    /** Resolves to whether it was taken back. */
    cancelQueued: () =>
      cancel.mutateAsync().then(
        () => true,
        () => false,
      ),
    goOn: (turnId: string) => goOn.mutate(turnId),
    extract: (turnId: string) => extract.mutate(turnId),
    keepAsDraft: (version: number) => keep.mutate(version),
    /** Resolves to whether the message was taken. */
    edit: (turnId: string, text: string) =>
      edit.mutateAsync({ turnId, text }).then(
        () => true,
        () => false,
      ),
  };
}

export type TurnVerbs = ReturnType<typeof useTurnVerbs>;
