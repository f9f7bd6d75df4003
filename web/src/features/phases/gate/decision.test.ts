/** Nobody approves a text they are not shown; who may what is the server's word. */
import { describe, expect, it } from "vitest";
import type { StageView } from "~/api/types";
import { ability, canApprove, pendingBinding } from "./decision";

const view: StageView = {
  stage: "requirements",
  kind: "approval",
  state: "in_review",
  cycle: 1,
  latest_version: 2,
  approved_version: null,
  gate: {
    kind: "in_review",
    version: 2,
    content_hash: "c2",
    upstream_hash: "u",
    cycle: 1,
    since: "",
    approvals: [],
    required_approvals: 1,
    waiting_for: ["sdm"],
    change_requests: [],
  },
  blocked_by: [],
  open_findings: 0,
  may: ["approve_artefact"],
  may_not: [{ verb: "post_message", reason: "Only an SDM writes here." }],
  conditions: [],
  effect: "",
  evidence: "v2 waits",
  since: "2026-10-08T09:14:00Z",
};

describe("approving", () => {
  it("binds version, content, upstream and cycle of the gate", () => {
    expect(pendingBinding(view)).toEqual({ version: 2, content_hash: "c2", upstream_hash: "u", cycle: 1 });
    expect(pendingBinding({ ...view, gate: { kind: "open" } })).toBeNull();
  });
  it("is open for the text on screen", () => {
    expect(canApprove(view, { version: 2, contentHash: "c2" })).toEqual({ can: true });
  });
  it("is closed while another version, another text or nothing is on screen", () => {
    expect(canApprove(view, { version: 1, contentHash: "c1" }).can).toBe(false);
    expect(canApprove(view, { version: 2, contentHash: "other" }).can).toBe(false);
    expect(canApprove(view, null).can).toBe(false);
  });
  it("is closed when the server says so, with the server's reason", () => {
    const denied = {
      ...view,
      may: [],
      may_not: [{ verb: "approve_artefact" as const, reason: "Needs the role SDM." }],
    };
    expect(canApprove(denied, { version: 2, contentHash: "c2" })).toEqual({
      can: false,
      reason: "Needs the role SDM.",
    });
  });
});

it("gives the reason for what one may not do", () => {
  expect(ability(view, "post_message")).toEqual({ can: false, reason: "Only an SDM writes here." });
  expect(ability(view, "reopen_stage")).toEqual({ can: false, reason: null });
});
