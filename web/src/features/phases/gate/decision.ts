/**
 * What a person may decide at a gate, and why not, as plain values.
 * The server says who may do what; the page adds one rule of its own: nobody approves a text they are not shown.
 */
import type { Binding } from "~/api/phases";
import type { StageView, Verb } from "~/api/types";

export type Ability = { can: true } | { can: false; reason: string | null };

export function ability(view: StageView, verb: Verb): Ability {
  if (view.may.includes(verb)) return { can: true };
  return { can: false, reason: view.may_not.find((denied) => denied.verb === verb)?.reason ?? null };
}

/** The version that waits for a decision, with everything an approval must name. */
export function pendingBinding(view: StageView): Binding | null {
  const { gate } = view;
  switch (gate.kind) {
    case "in_review":
    case "changes_requested":
    case "stale":
      return {
        version: gate.version,
        content_hash: gate.content_hash,
        upstream_hash: gate.upstream_hash,
        cycle: gate.cycle,
      };
    case "locked":
    case "open":
    case "passed":
    case "approved":
      return null;
    default:
      return never(gate);
  }
}

function never(gate: never): null {
  void gate;
  return null;
}

/** The document on screen: approving is closed while it is not the one that the gate is about. */
export type Shown = { version: number; contentHash: string } | null;

/** What closes the gate from here: an approval of what is in review, or a reaffirmation of what became stale. */
export const closingVerb = (view: StageView): Verb =>
  view.gate.kind === "stale" ? "reaffirm_artefact" : "approve_artefact";

export function canApprove(view: StageView, shown: Shown): Ability {
  const allowed = ability(view, closingVerb(view));
  if (!allowed.can) return allowed;
  const binding = pendingBinding(view);
  if (!binding) return { can: false, reason: null };
  if (!shown || shown.version !== binding.version || shown.contentHash !== binding.content_hash) {
    return { can: false, reason: `You are not reading v${binding.version}; show it to approve it.` };
  }
  return { can: true };
}

export const shortHash = (hash: string): string => hash.slice(0, 8);
