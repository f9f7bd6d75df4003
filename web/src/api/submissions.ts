/** What comes from an IDE: an analysis that becomes a version, or is kept beside an approved one until somebody adopts it. */
import { api, unwrap } from "./client";
import type { ArtefactVersion, KeptSubmission, Phase, Source, Stage } from "./types";

type Place = { phaseId: string; stage: Stage };
const path = ({ phaseId, stage }: Place) => ({ phase_id: phaseId, stage });

export type Submitted = ArtefactVersion | { kept_as_draft: KeptSubmission };

export function submitAnalysis(
  place: Place,
  body: { title: string; markdown: string; source: Source },
): Promise<Submitted> {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/artefacts/{stage}/versions", {
      params: { path: path(place) },
      body,
    }),
  );
}

export function adoptSubmission(place: Place, id: string, reason: string): Promise<Phase> {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/artefacts/{stage}/kept-submissions/{submission_id}/adopt", {
      params: { path: { ...path(place), submission_id: id } },
      body: { reason },
    }),
  );
}
