/**
 * Changes to a phase: its conversation, its artefacts, its gates.
 * A decision names exactly what the person was shown; the server refuses it when that is no longer so.
 */
import { api, unwrap } from "./client";
import type { ArtefactVersion, DraftSummary, Finding, NewAnchor, Phase, Stage } from "./types";

type Place = { phaseId: string; stage: Stage };
const path = ({ phaseId, stage }: Place) => ({ phase_id: phaseId, stage });

/** What a person can open; the Ad-hoc phase opens itself. */
export type OpenKind = "full" | "light";

export function openPhase(
  projectId: string,
  { kind, title, brief }: { kind: OpenKind; title: string; brief: string },
): Promise<Phase> {
  return unwrap(
    api.POST("/api/v1/projects/{project_id}/phases", {
      params: { path: { project_id: projectId } },
      body: { kind, title, ...(brief ? { brief } : {}) },
    }),
  );
}

const here = (phase: Phase) => ({ params: { path: { phase_id: phase.id } } });

export function promotePhase(phase: Phase): Promise<Phase> {
  return unwrap(api.POST("/api/v1/phases/{phase_id}/promote", here(phase)));
}

export function cancelPhase(phase: Phase, reason: string): Promise<Phase> {
  return unwrap(api.POST("/api/v1/phases/{phase_id}/cancel", { ...here(phase), body: { reason } }));
}

export function completePhase(phase: Phase): Promise<Phase> {
  return unwrap(api.POST("/api/v1/phases/{phase_id}/complete", here(phase)));
}

export function changePhase(phase: Phase, change: { title?: string; brief?: string }): Promise<Phase> {
  return unwrap(
    api.PATCH("/api/v1/phases/{phase_id}", {
      params: { path: { phase_id: phase.id }, header: { "If-Match": `"${phase.version}"` } },
      body: change,
    }),
  );
}

/** `key` makes a repeat after a lost answer safe: the same key never sends the message twice. */
export function sendMessage(place: Place, text: string, key: string) {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/stages/{stage}/messages", {
      params: { path: path(place) },
      headers: { "Idempotency-Key": key },
      body: { text },
    }),
  );
}

export function stopTurn(place: Place, turnId: string) {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/stages/{stage}/turns/{turn_id}/stop", {
      params: { path: { ...path(place), turn_id: turnId } },
    }),
  );
}

export function retryTurn(place: Place, turnId: string) {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/stages/{stage}/turns/{turn_id}/retry", {
      params: { path: { ...path(place), turn_id: turnId } },
    }),
  );
}

export type NewVersion = {
  title: string;
  markdown: string;
  /** The open change requests that it answers, by id. */
  answers?: string[];
  basedOn: number | null;
};

/** `basedOn` is the version the edit started from; a newer one on the server refuses the save. */
export async function saveVersion(place: Place, version: NewVersion): Promise<ArtefactVersion> {
  const { basedOn, ...body } = version;
  const saved = await unwrap(
    api.POST("/api/v1/phases/{phase_id}/artefacts/{stage}/versions", {
      params: { path: path(place) },
      headers: basedOn === null ? {} : { "If-Match": `"${basedOn}"` },
      body,
    }),
  );
  if ("kept_as_draft" in saved) throw new Error("A version saved by hand is never kept as a draft.");
  return saved;
}

/** What the checker finds in a text that nobody has saved. */
export async function checkText(place: Place, markdown: string, signal: AbortSignal): Promise<Finding[]> {
  const checked = await unwrap(
    api.POST("/api/v1/phases/{phase_id}/artefacts/{stage}/check", {
      params: { path: path(place) },
      body: { markdown },
      signal,
    }),
  );
  return checked.findings;
}

export type Binding = { version: number; content_hash: string; upstream_hash: string; cycle: number };

export type Waiver = { finding_id: string; reason: string };

/**
 * `acknowledged`: the assumptions and open questions that were ticked off, one by one.
 * `waivers`: why each finding that blocks may stand.
 */
export type Approval = { binding: Binding; note: string; acknowledged: string[]; waivers: Waiver[] };

const approval = ({ binding, note, acknowledged, waivers }: Approval) => ({
  ...binding,
  acknowledged,
  waivers,
  ...(note ? { note } : {}),
});

export function approve(place: Place, given: Approval): Promise<Phase> {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/artefacts/{stage}/approvals", {
      params: { path: path(place) },
      body: approval(given),
    }),
  );
}

export function reaffirm(place: Place, given: Approval): Promise<Phase> {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/artefacts/{stage}/reaffirm", {
      params: { path: path(place) },
      body: approval(given),
    }),
  );
}

export function reopenStage(place: Place, reason: string): Promise<Phase> {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/stages/{stage}/reopen", {
      params: { path: path(place) },
      body: { reason },
    }),
  );
}

/** A version was on screen: the next one is shown against it. */
export async function markSeen(place: Place, version: number): Promise<void> {
  await unwrap(
    api.PUT("/api/v1/phases/{phase_id}/artefacts/{stage}/versions/{version}/seen", {
      params: { path: { ...path(place), version } },
    }),
  );
}

/** `follows` is the revision that this one was made from; 0 where none was there. */
export type NewDraft = {
  title: string;
  markdown: string;
  baseVersion: number | null;
  follows: number | null;
};

export function keepDraft(place: Place, draft: NewDraft): Promise<DraftSummary> {
  const { title, markdown, baseVersion, follows } = draft;
  return unwrap(
    api.PUT("/api/v1/phases/{phase_id}/artefacts/{stage}/draft", {
      params: {
        path: path(place),
        header: follows === null ? {} : { "If-Match": `"${follows}"` },
      },
      body: { title, markdown, ...(baseVersion === null ? {} : { base_version: baseVersion }) },
    }),
  );
}

export async function discardDraft(place: Place): Promise<void> {
  await unwrap(
    api.DELETE("/api/v1/phases/{phase_id}/artefacts/{stage}/draft", { params: { path: path(place) } }),
  );
}

export function withdrawApproval(place: Place): Promise<Phase> {
  return unwrap(
    api.DELETE("/api/v1/phases/{phase_id}/artefacts/{stage}/approvals/mine", {
      params: { path: path(place) },
    }),
  );
}

export type ChangesWanted = { version: number; reason: string; anchor?: NewAnchor };

/** Without an anchor the request is about the whole document. */
export function requestChanges(place: Place, wanted: ChangesWanted): Promise<Phase> {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/artefacts/{stage}/change-requests", {
      params: { path: path(place) },
      body: wanted,
    }),
  );
}

export function withdrawChangeRequest(place: Place, id: string): Promise<Phase> {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/artefacts/{stage}/change-requests/{change_request_id}/withdraw", {
      params: { path: { ...path(place), change_request_id: id } },
    }),
  );
}

export function dismissChangeRequest(place: Place, id: string, reason: string): Promise<Phase> {
  return unwrap(
    api.POST("/api/v1/phases/{phase_id}/artefacts/{stage}/change-requests/{change_request_id}/dismiss", {
      params: { path: { ...path(place), change_request_id: id } },
      body: { reason },
    }),
  );
}
