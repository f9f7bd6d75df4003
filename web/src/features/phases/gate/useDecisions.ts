/**
 * The decisions at a gate. None is optimistic: the page changes when the server has recorded it,
 * because an audit product must not show an approval that does not exist.
 */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import {
  type Approval,
  approve,
  type ChangesWanted,
  dismissChangeRequest,
  reaffirm,
  reopenStage,
  requestChanges,
  withdrawApproval,
  withdrawChangeRequest,
} from "~/api/phases";
import { keys } from "~/api/queries";
import { restartReview } from "~/api/threads";
import type { Phase, Stage } from "~/api/types";

export function useDecisions(place: { phaseId: string; stage: Stage }) {
  const client = useQueryClient();
  const settle = {
    onSuccess: (phase: Phase) => {
      client.setQueryData(keys.phase(phase.id), phase);
      void client.invalidateQueries({ queryKey: keys.artefact(place.phaseId, place.stage) });
      void client.invalidateQueries({ queryKey: keys.phases(phase.project_id) });
      void client.invalidateQueries({ queryKey: keys.inbox });
    },
    // A refusal means that what was shown is no longer so: show what is.
    onError: () => {
      void client.invalidateQueries({ queryKey: keys.phase(place.phaseId) });
    },
  };
  return {
    approve: useMutation({ mutationFn: (approval: Approval) => approve(place, approval), ...settle }),
    reaffirm: useMutation({ mutationFn: (approval: Approval) => reaffirm(place, approval), ...settle }),
    reopen: useMutation({ mutationFn: (reason: string) => reopenStage(place, reason), ...settle }),
    request: useMutation({
      mutationFn: (wanted: ChangesWanted) => requestChanges(place, wanted),
      ...settle,
    }),
    withdraw: useMutation({ mutationFn: () => withdrawApproval(place), ...settle }),
    withdrawRequest: useMutation({ mutationFn: (id: string) => withdrawChangeRequest(place, id), ...settle }),
    restart: useMutation({ mutationFn: () => restartReview(place), ...settle }),
    dismissRequest: useMutation({
      mutationFn: ({ id, reason }: { id: string; reason: string }) => dismissChangeRequest(place, id, reason),
      ...settle,
    }),
  };
}

export type DecisionMutations = ReturnType<typeof useDecisions>;
