/** Numbers of usage in few characters; what was not reported is never shown as zero. */
import type { UsageFigures } from "~/api/usage";
import { duration } from "~/lib/time";

/** "812", "38.2k", "94.7M". */
export function tokens(count: number): string {
  if (count < 1000) return String(count);
  if (count < 999_950) return `${(count / 1000).toFixed(count < 99_950 ? 1 : 0)}k`;
  return `${(count / 1_000_000).toFixed(1)}M`;
}

/** "$199.51", "$0.0042": small sums keep two digits that say something. */
export function money(micros: number): string {
  const units = micros / 1_000_000;
  if (micros === 0 || units >= 0.1)
    return `$${units.toLocaleString("en", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
  return `$${units.toPrecision(2)}`;
}

export const UNKNOWN = "not reported";

export const share = (value: number | null | undefined): string =>
  typeof value === "number" ? `${Math.round(value * 100)} %` : UNKNOWN;

/** The cost, or why there is none. */
export function cost(figures: UsageFigures): string {
  if (figures.attempts > 0 && figures.unpriced === figures.attempts) return "no price known";
  return money(figures.cost_micros);
}

export const reported = (figures: UsageFigures): boolean => figures.unreported < figures.attempts;

export function firstToken(figures: UsageFigures): string {
  return typeof figures.ttft_ms_p50 === "number" ? duration(Math.round(figures.ttft_ms_p50)) : UNKNOWN;
}
