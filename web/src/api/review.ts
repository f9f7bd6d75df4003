/** The review of a phase's stories: what there is to decide, and the decisions. */
import { queryOptions } from "@tanstack/react-query";
import { call } from "./client";
import { keys } from "./queries";
import type { DraftCriterion, GenerationMode, Proposal, Review, StoryDraft, StoryType } from "./stories";

const ROOT = "/api/v1/phases/{phase_id}/proposals" as const;

/** Everything, what was set aside included: lineage names it, and it can be restored. */
export const proposalsQuery = (phaseId: string) =>
  queryOptions({
    queryKey: keys.proposals(phaseId),
    queryFn: ({ signal }) =>
      call<Review>("get", ROOT, {
        params: { path: { phase_id: phaseId }, query: { include: "all" } },
        signal,
      }),
  });

const post = <T>(phaseId: string, path: string, body: object = {}): Promise<T> =>
  call<T>("post", `${ROOT}${path}`, { params: { path: { phase_id: phaseId } }, body });

const on = <T>(proposal: { id: string; phase_id: string }, verb: string, body: object = {}): Promise<T> =>
  call<T>("post", `${ROOT}/{proposal_id}/${verb}`, {
    params: { path: { phase_id: proposal.phase_id, proposal_id: proposal.id } },
    body,
  });

export function generate(phaseId: string, mode: GenerationMode): Promise<{ generation_id: string }> {
  return post(phaseId, "/generate", { mode });
}

export function stopGeneration(phaseId: string): Promise<unknown> {
  return post(phaseId, "/generate/stop");
}

/** Refused when somebody else has changed the proposal since `version`. */
export function editProposal(
  proposal: Proposal,
  change: Partial<StoryDraft>,
  version: number,
): Promise<Proposal> {
  return call<Proposal>("patch", `${ROOT}/{proposal_id}`, {
    params: { path: { phase_id: proposal.phase_id, proposal_id: proposal.id } },
    headers: { "If-Match": `"${version}"` },
    body: change,
  });
}

/** Approves the version that was on screen, and no other. */
export function approveProposal(proposal: Proposal): Promise<Proposal> {
  return on(proposal, "approve", { version: proposal.version });
}

export function approveProposals(phaseId: string, proposals: Proposal[]): Promise<{ items: Proposal[] }> {
  return post(phaseId, "/approve-all", {
    proposals: proposals.map(({ id, version }) => ({ id, version })),
  });
}

export function rejectProposal(proposal: Proposal, reason: string): Promise<Proposal> {
  return on(proposal, "reject", { reason });
}

export function restoreProposal(proposal: Proposal): Promise<Proposal> {
  return on(proposal, "restore");
}

export type Part = {
  title: string;
  narrative?: string;
  type?: StoryType;
  complexity?: number;
  acceptance_criteria: (string | DraftCriterion)[];
};

export function splitProposal(proposal: Proposal, into: Part[]): Promise<{ items: Proposal[] }> {
  return on(proposal, "split", { into });
}

export function mergeProposals(
  phaseId: string,
  merge: { proposal_ids: string[]; title: string; narrative: string },
): Promise<Proposal> {
  return post(phaseId, "/merge", merge);
}

export function undoReview(phaseId: string): Promise<{ step: string; items: Proposal[] }> {
  return post(phaseId, "/undo");
}
