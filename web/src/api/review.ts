/** The review of a phase's stories: what there is to decide, and the decisions. */
import { queryOptions } from "@tanstack/react-query";
import { api, unwrap } from "./client";
import { keys } from "./queries";
import type { GenerationMode, Part, Proposal, StoryChange } from "./stories";

const ofPhase = (phaseId: string) => ({ params: { path: { phase_id: phaseId } } });
const ofProposal = (proposal: Proposal) => ({ phase_id: proposal.phase_id, proposal_id: proposal.id });

/** Everything, what was set aside included: lineage names it, and it can be restored. */
export const proposalsQuery = (phaseId: string) =>
  queryOptions({
    queryKey: keys.proposals(phaseId),
    queryFn: ({ signal }) =>
      unwrap(
        api.GET("/api/v1/phases/{phase_id}/proposals", {
          params: { path: { phase_id: phaseId }, query: { include: "all" } },
          signal,
        }),
      ),
  });

export function generate(phaseId: string, mode: GenerationMode) {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/proposals/generate", { ...ofPhase(phaseId), body: { mode } }),
  );
}

export function stopGeneration(phaseId: string) {
  return unwrap(api.POST("/api/v1/phases/{phase_id}/proposals/generate/stop", ofPhase(phaseId)));
}

/** Refused when somebody else has changed the proposal since `version`. */
export function editProposal(proposal: Proposal, change: StoryChange, version: number): Promise<Proposal> {
  return unwrap(
    api.PATCH("/api/v1/phases/{phase_id}/proposals/{proposal_id}", {
      params: { path: ofProposal(proposal), header: { "If-Match": `"${version}"` } },
      body: change,
    }),
  );
}

/** Approves the version that was on screen, and no other. */
export function approveProposal(proposal: Proposal): Promise<Proposal> {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/proposals/{proposal_id}/approve", {
      params: { path: ofProposal(proposal) },
      body: { version: proposal.version },
    }),
  );
}

export function approveProposals(phaseId: string, proposals: Proposal[]) {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/proposals/approve-all", {
      ...ofPhase(phaseId),
      body: { proposals: proposals.map(({ id, version }) => ({ id, version })) },
    }),
  );
}

export function rejectProposal(proposal: Proposal, reason: string): Promise<Proposal> {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/proposals/{proposal_id}/reject", {
      params: { path: ofProposal(proposal) },
      body: { reason },
    }),
  );
}

export function restoreProposal(proposal: Proposal): Promise<Proposal> {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/proposals/{proposal_id}/restore", {
      params: { path: ofProposal(proposal) },
    }),
  );
}

export function splitProposal(proposal: Proposal, into: Part[]) {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/proposals/{proposal_id}/split", {
      params: { path: ofProposal(proposal) },
      body: { into },
    }),
  );
}

export function mergeProposals(
  phaseId: string,
  merge: { proposal_ids: string[]; title: string; narrative: string },
): Promise<Proposal> {
  return unwrap(api.POST("/api/v1/phases/{phase_id}/proposals/merge", { ...ofPhase(phaseId), body: merge }));
}

export function undoReview(phaseId: string) {
  return unwrap(api.POST("/api/v1/phases/{phase_id}/proposals/undo", ofPhase(phaseId)));
}
