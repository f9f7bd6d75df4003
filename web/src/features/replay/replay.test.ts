import { expect, it } from "vitest";
import type { Moment } from "~/api/replay";
import { differences } from "./differences";
import { readReplaySearch } from "./search";

function moment(change: Partial<Moment>): Moment {
  return {
    event: {
      position: 1,
      id: "e",
      type: "PhaseOpened",
      version: 1,
      at: "2026-10-01T08:00:00Z",
      actor: { kind: "system", user_id: null, name: null, role: null, credential: null },
      stream: "phase/p",
      sequence: 1,
      phase_id: "p",
      payload: {},
      summary: "Opened.",
    },
    number: 1,
    events: 2,
    previous: null,
    next: null,
    phase: {
      id: "p",
      number: 1,
      kind: "full",
      title: "Split settlement",
      brief: "",
      status: "planning",
      version: 1,
      ready_at: null,
    },
    stages: [],
    artefacts: [],
    conversations: [],
    proposals: [],
    stories: [],
    members: [],
    ...change,
  };
}

const stage = (state: "open" | "approved", latest: number | null): Moment["stages"][number] => ({
  stage: "requirements",
  state,
  cycle: 1,
  latest_version: latest,
  approved_version: null,
  evidence: "",
  since: "2026-10-01T08:00:00Z",
  approvals: [],
  change_requests: [],
});

it("says in sentences what is different", () => {
  const earlier = moment({ stages: [stage("open", null)] });
  const later = moment({
    stages: [stage("approved", 2)],
    conversations: [{ stage: "requirements", turns: 3, items: [], earlier: null }],
    members: [{ user_id: "u", name: "Sam", roles: ["sdm"] }],
  });
  expect(differences(earlier, later)).toEqual([
    "Requirements: Open → Approved",
    "Requirements: v– → v2",
    "Requirements: 3 turns of conversation",
    "Members or their roles",
  ]);
  expect(differences(later, later)).toEqual([]);
});

it("takes from an address only what can be a moment", () => {
  expect(
    readReplaySearch({ moment: 12, from: 3, kind: "gates", stage: "stories", pane: "decisions" }),
  ).toEqual({
    moment: 12,
    from: 3,
    kind: "gates",
    stage: "stories",
    pane: "decisions",
  });
  const odd = { moment: -1, from: "3", kind: "x", person: "<script>", stage: "none", pane: 7 };
  expect(readReplaySearch(odd)).toEqual({});
});
