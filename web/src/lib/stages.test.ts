/** Where the work is, and whose turn it is. */
import { describe, expect, it } from "vitest";
import type { PhaseSummary, StageSummary } from "~/api/types";
import { byAttention, currentStage } from "./stages";
import { briefly, bytes, plural, since } from "./time";

const stages = (...states: StageSummary["state"][]): StageSummary[] =>
  (["requirements", "technical_analysis", "architecture", "stories"] as const).map((stage, index) => ({
    stage,
    state: states[index] ?? "locked",
    evidence: "",
    since: "2026-10-08T09:14:00Z",
  }));

describe("currentStage", () => {
  it("is the first that is not settled", () => {
    expect(currentStage({ stages: stages("approved", "stale", "in_review") })).toBe("technical_analysis");
    expect(currentStage({ stages: stages("open") })).toBe("requirements");
    expect(currentStage({ stages: stages("approved", "approved", "approved", "approved") })).toBe("stories");
  });
});

it("puts what waits for me first, then what waits for somebody", () => {
  const phase = (number: number, waiting_for_me: boolean, waiting_for: string | null): PhaseSummary => ({
    id: String(number),
    project_id: "p",
    number,
    kind: "full",
    title: "",
    status: "planning",
    stages: [],
    waiting_for,
    waiting_for_me,
    opened_by: { user_id: "u", name: "" },
    created_at: "",
    updated_at: `2026-01-0${number}`,
  });
  const sorted = [phase(1, false, null), phase(2, false, "a review"), phase(3, true, "you")].toSorted(
    byAttention,
  );
  expect(sorted.map((item) => item.number)).toEqual([3, 2, 1]);
});

it("says times and sizes as people do", () => {
  const now = new Date("2026-10-12T12:00:00Z");
  expect(briefly("2026-10-12T11:59:40Z", now)).toBe("just now");
  expect(briefly("2026-10-12T11:56:00Z", now)).toBe("4 min ago");
  expect(plural(1, "phase waits", "phases wait")).toBe("1 phase waits");
  expect(bytes(2048)).toBe("2.0 KiB");
});

it("says how long something has been so", () => {
  const now = new Date("2026-10-08T12:00:00Z");
  expect(since("2026-10-08T11:59:30Z", now)).toBe("less than a minute");
  expect(since("2026-10-08T11:58:00Z", now)).toBe("2 minutes");
  expect(since("2026-10-08T11:00:00Z", now)).toBe("1 hour");
  expect(since("2026-10-05T11:00:00Z", now)).toBe("3 days");
});
