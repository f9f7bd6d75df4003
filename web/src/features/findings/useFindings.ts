/** What people found wrong with an approved document, and what one can do about it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { acceptFinding, declineFinding, type NewFinding, raiseFinding } from "~/api/findings";
import { findingsQuery, keys } from "~/api/queries";
import type { Stage } from "~/api/types";

export type Place = { phaseId: string; stage: Stage };

export function useFindings(place: Place) {
  const client = useQueryClient();
  const query = useQuery(findingsQuery(place.phaseId, place.stage));
  const settle = {
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: keys.phase(place.phaseId) }),
        client.invalidateQueries({ queryKey: keys.inbox }),
      ]),
  };
  return {
    query,
    raise: useMutation({
      mutationFn: (finding: NewFinding) => raiseFinding(place.phaseId, finding),
      ...settle,
    }),
    accept: useMutation({ mutationFn: (id: string) => acceptFinding(id), ...settle }),
    decline: useMutation({
      mutationFn: ({ id, reason }: { id: string; reason: string }) => declineFinding(id, reason),
      ...settle,
    }),
  };
}

export type FindingMutations = Pick<ReturnType<typeof useFindings>, "raise" | "accept" | "decline">;
