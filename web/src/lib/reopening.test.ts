/** Whoever reopens a stage is told what becomes stale, by name, and of nothing else. */
import { expect, it } from "vitest";
import type { GateState, Phase, Stage } from "~/api/types";
import { reopeningInWords } from "./reopening";

const STAGES: Stage[] = ["requirements", "technical_analysis", "architecture", "stories"];

function phaseOf(states: GateState[], made: { proposed: number; stories: number }): Phase {
  const stages = STAGES.map((stage, index) => ({
    stage,
    kind: stage === "stories" ? "review" : "approval",
    state: states[index],
    approved_version: index + 1,
  }));
  const proposals = { proposed: made.proposed, approved: made.stories, rejected: 0 };
  return { stages, proposals, stories: made.stories } as unknown as Phase;
}

it("names what becomes stale, and what came from it", () => {
  const phase = phaseOf(["approved", "approved", "approved", "open"], { proposed: 3, stories: 1 });
  const words = reopeningInWords(phase, "requirements");
  expect(words).toContain("Technical analysis v2 and Architecture v3 become stale");
  expect(words).toContain("Stories is locked until then.");
  expect(words).toContain("3 proposals in review and 1 story in the backlog may have come from it");
});

it("names nothing beside it", () => {
  const phase = phaseOf(["approved", "approved", "approved", "open"], { proposed: 0, stories: 0 });
  expect(reopeningInWords(phase, "technical_analysis")).toContain("Architecture v3 becomes stale");
  expect(reopeningInWords(phase, "technical_analysis")).not.toContain("Requirements");
  expect(reopeningInWords(phase, "architecture")).toContain("Nothing else was approved on it.");
});

it("says what is stale already", () => {
  const phase = phaseOf(["in_review", "stale", "stale", "locked"], { proposed: 0, stories: 0 });
  expect(reopeningInWords(phase, "technical_analysis")).toContain("Architecture stays stale.");
});
