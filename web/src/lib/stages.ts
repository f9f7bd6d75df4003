/** The stages, states and roles in words; the one place where the page names them. */
import type { GateState, PhaseKind, PhaseSummary, Role, Stage } from "~/api/types";

export const STAGE: Record<Stage, { mark: string; name: string }> = {
  requirements: { mark: "R", name: "Requirements" },
  technical_analysis: { mark: "T", name: "Technical analysis" },
  architecture: { mark: "A", name: "Architecture" },
  stories: { mark: "S", name: "Stories" },
  scoping: { mark: "N", name: "Scoping" },
};

export const FULL_STAGES: Stage[] = ["requirements", "technical_analysis", "architecture", "stories"];

export const LIGHT_STAGES: Stage[] = ["scoping", "stories"];

export const KIND_WORD: Record<PhaseKind, string> = { full: "Full", light: "Light", adhoc: "Ad-hoc" };

export const STATE_WORD: Record<GateState, string> = {
  locked: "Locked",
  open: "Open",
  in_review: "In review",
  changes_requested: "Changes requested",
  approved: "Approved",
  passed: "Passed",
  stale: "Stale",
};

export const ROLE_WORD: Record<Role, string> = {
  sdm: "SDM",
  architect: "Architect",
  developer: "Developer",
  auditor: "Auditor",
};

export const ROLE_DOES: Record<Role, string> = {
  sdm: "Opens phases, plans requirements, approves",
  architect: "Plans and approves architecture",
  developer: "Writes the technical analysis",
  auditor: "Reads and verifies; changes nothing",
};

export const ROLES: Role[] = ["sdm", "architect", "developer", "auditor"];

export const isStage = (value: unknown): value is Stage => typeof value === "string" && value in STAGE;

export const stageName = (stage: Stage): string => STAGE[stage].name;

export const rolesInWords = (roles: readonly Role[]): string =>
  roles.map((role) => ROLE_WORD[role]).join(", ");

type HasStages = { stages: readonly { stage: Stage; state: GateState }[] };

const isSettled = (state: GateState): boolean => state === "approved" || state === "passed";

/** Where the work is: the first stage that is not settled, or the last one. */
export function currentStage(phase: HasStages): Stage {
  const open = phase.stages.find((stage) => !isSettled(stage.state));
  return open?.stage ?? phase.stages.at(-1)?.stage ?? "requirements";
}

/** Phases that wait for me first, then those that wait for somebody, then by what moved last; what is over last. */
export function byAttention(a: PhaseSummary, b: PhaseSummary): number {
  const isOver = (phase: PhaseSummary) => phase.status === "completed" || phase.status === "cancelled";
  const rank = (phase: PhaseSummary) =>
    isOver(phase) ? 3 : phase.waiting_for_me ? 0 : phase.waiting_for ? 1 : 2;
  return rank(a) - rank(b) || b.updated_at.localeCompare(a.updated_at);
}
