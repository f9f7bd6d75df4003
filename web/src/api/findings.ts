/** Findings against an approved document: raised by whoever meets the code, answered by whoever decides at the gate. */
import { api, unwrap } from "./client";
import type { RaisedFinding, Severity, Stage } from "./types";

export type NewFinding = { stage: Stage; ref: string; severity: Severity; text: string; evidence: string[] };

export function raiseFinding(phaseId: string, finding: NewFinding): Promise<RaisedFinding> {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/findings", {
      params: { path: { phase_id: phaseId } },
      body: finding,
    }),
  );
}

export function acceptFinding(id: string): Promise<RaisedFinding> {
  return unwrap(api.POST("/api/v1/findings/{finding_id}/accept", { params: { path: { finding_id: id } } }));
}

export function declineFinding(id: string, reason: string): Promise<RaisedFinding> {
  return unwrap(
    api.POST("/api/v1/findings/{finding_id}/decline", {
      params: { path: { finding_id: id } },
      body: { reason },
    }),
  );
}
