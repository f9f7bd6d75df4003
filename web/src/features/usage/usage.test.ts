import { expect, it } from "vitest";
import type { DayUsage, UsageFigures } from "~/api/usage";
import { axisTop, bars, period } from "./days";
import { cost, money, share, tokens } from "./words";

const none: UsageFigures = {
  attempts: 2,
  failed: 0,
  unreported: 0,
  unpriced: 0,
  prompt_tokens: 0,
  cached_tokens: 0,
  cached_share: null,
  completion_tokens: 0,
  reasoning_tokens: 0,
  cost_micros: 0,
  ttft_ms_p50: null,
  ttft_ms_p95: null,
};

it("says counts of tokens and sums of money in few characters", () => {
  expect([812, 38_240, 999_949, 999_951, 94_700_000].map(tokens)).toEqual([
    "812",
    "38.2k",
    "1000k",
    "1.0M",
    "94.7M",
  ]);
  expect([0, 4_200, 199_510_000, 1_234_567_890_000].map(money)).toEqual([
    "$0.00",
    "$0.0042",
    "$199.51",
    "$1,234,567.89",
  ]);
});

it("never shows what was not reported as zero", () => {
  expect(share(null)).toBe("not reported");
  expect(cost({ ...none, unpriced: 2 })).toBe("no price known");
  expect(cost({ ...none, unpriced: 1, cost_micros: 500_000 })).toBe("$0.50");
});

it("has a bar for every day, empty ones too, and never a negative one", () => {
  const used: DayUsage[] = [{ ...none, day: "2026-02-28", prompt_tokens: 100, cached_tokens: 130 }];
  expect(
    bars("2026-02-27", "2026-03-01", used).map(({ day, cached, fresh }) => [day, cached, fresh]),
  ).toEqual([
    ["2026-02-27", 0, 0],
    ["2026-02-28", 100, 0],
    ["2026-03-01", 0, 0],
  ]);
  expect(period(7, Date.parse("2026-03-01T23:59:00Z"))).toEqual({ from: "2026-02-23", to: "2026-03-01" });
});

it("scales to a round number that holds the highest bar", () => {
  expect([0, 3, 17, 2_000, 36_000, 99_000].map(axisTop)).toEqual([4, 4, 20, 2_000, 40_000, 100_000]);
});
