/**
 * The decisions of a review. What can be taken back shows at once and is put right when the server refuses;
 * an approval shows when it is recorded, and not before.
 */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "~/api/queries";
import {
  approveProposal,
  approveProposals,
  editProposal,
  generate,
  mergeProposals,
  rejectProposal,
  restoreProposal,
  splitProposal,
  stopGeneration,
  undoReview,
} from "~/api/review";
import type { GenerationMode, Part, Proposal, Review, StoryDraft } from "~/api/stories";
import type { Me } from "~/api/types";

export function useReview(phaseId: string, projectId: string, me: Me) {
  const client = useQueryClient();
  const key = keys.proposals(phaseId);
  const [recording, setRecording] = useState<ReadonlySet<string>>(new Set());

  const put = (changed: readonly Proposal[]) =>
    client.setQueryData<Review>(key, (review) => review && withProposals(review, changed));
  const settle = () => {
    void client.invalidateQueries({ queryKey: key });
    void client.invalidateQueries({ queryKey: keys.phase(phaseId), exact: true });
  };
  /** Shows the change at once; gives back what was there. */
  const foresee = async (changed: readonly Proposal[]) => {
    await client.cancelQueries({ queryKey: key });
    const before = client.getQueryData<Review>(key);
    put(changed);
    return { before };
  };
  const putRight = (_: unknown, __: unknown, context: { before: Review | undefined } | undefined) => {
    if (context?.before) client.setQueryData(key, context.before);
  };

  const whileRecording = async <T>(proposals: readonly Proposal[], record: () => Promise<T>): Promise<T> => {
    const ids = proposals.map((proposal) => proposal.id);
    setRecording((now) => new Set([...now, ...ids]));
    try {
      return await record();
    } finally {
      setRecording((now) => new Set([...now].filter((id) => !ids.includes(id))));
    }
  };
  const intoBacklog = () => {
    settle();
    void client.invalidateQueries({ queryKey: keys.backlog(projectId) });
  };

  return {
    recording,
    approve: useMutation({
      mutationFn: (proposals: Proposal[]) =>
        whileRecording(proposals, async () => {
          const [only, ...others] = proposals;
          if (!only) return;
          if (others.length > 0) put((await approveProposals(phaseId, proposals)).items);
          else put([await approveProposal(only)]);
        }),
      onSettled: intoBacklog,
    }),
    reject: useMutation({
      mutationFn: async ({ proposals, reason }: { proposals: Proposal[]; reason: string }) => {
        // One after another: the review is one stream, and each rejection is a decision of its own.
        for (const proposal of proposals) put([await rejectProposal(proposal, reason)]);
      },
      onMutate: ({ proposals, reason }) => {
        const rejection = {
          by: { user_id: me.user_id, name: me.name },
          reason,
          at: new Date().toISOString(),
        };
        return foresee(
          proposals.map((proposal): Proposal => ({ ...proposal, status: "rejected", rejection, may: [] })),
        );
      },
      onError: putRight,
      onSettled: settle,
    }),
    restore: useMutation({
      mutationFn: async (proposals: Proposal[]) => {
        for (const proposal of proposals) put([await restoreProposal(proposal)]);
      },
      onMutate: (proposals) =>
        foresee(
          proposals.map(
            (proposal): Proposal => ({ ...proposal, status: "proposed", rejection: null, may: [] }),
          ),
        ),
      onError: putRight,
      onSettled: settle,
    }),
    edit: useMutation({
      mutationFn: (edit: { proposal: Proposal; change: Partial<StoryDraft>; version: number }) =>
        editProposal(edit.proposal, edit.change, edit.version),
      onSuccess: (proposal) => {
        put([proposal]);
        settle();
      },
      onError: settle,
    }),
    split: useMutation({
      mutationFn: ({ proposal, into }: { proposal: Proposal; into: Part[] }) => splitProposal(proposal, into),
      onSettled: settle,
    }),
    merge: useMutation({
      mutationFn: (merge: { proposal_ids: string[]; title: string; narrative: string }) =>
        mergeProposals(phaseId, merge),
      onSettled: settle,
    }),
    undo: useMutation({
      mutationFn: () => undoReview(phaseId),
      onSuccess: (undone) => put(undone.items),
      onSettled: settle,
    }),
    generate: useMutation({
      mutationFn: (mode: GenerationMode) => generate(phaseId, mode),
      onSettled: settle,
    }),
    stop: useMutation({ mutationFn: () => stopGeneration(phaseId), onSettled: settle }),
  };
}

export type ReviewMutations = ReturnType<typeof useReview>;

/** The review with these proposals in their new form; new ones come last, until the server says where. */
export function withProposals(review: Review, changed: readonly Proposal[]): Review {
  const byId = new Map(changed.map((proposal) => [proposal.id, proposal]));
  const items = review.items.map((proposal) => byId.get(proposal.id) ?? proposal);
  const known = new Set(review.items.map((proposal) => proposal.id));
  items.push(...changed.filter((proposal) => !known.has(proposal.id)));
  const count = (status: Proposal["status"]) => items.filter((item) => item.status === status).length;
  return {
    ...review,
    items,
    counts: { proposed: count("proposed"), approved: count("approved"), rejected: count("rejected") },
  };
}
