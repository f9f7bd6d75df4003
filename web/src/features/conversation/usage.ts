/** What a reply used, in a few words; "not reported" is never shown as zero. */
import type { Usage } from "~/api/types";
import { duration } from "~/lib/time";

const thousands = (count: number): string =>
  count < 1000 ? String(count) : `${(count / 1000).toFixed(count < 10_000 ? 1 : 0)}k`;

export function usageInWords(usage: Usage | null): string | null {
  if (!usage) return null;
  const words: string[] = [];
  if (typeof usage.prompt_tokens === "number") {
    words.push(`${thousands(usage.prompt_tokens)} tokens in`);
    if (typeof usage.cached_tokens === "number" && usage.prompt_tokens > 0) {
      words.push(`${Math.round((usage.cached_tokens / usage.prompt_tokens) * 100)} % cached`);
    }
  }
  if (typeof usage.completion_tokens === "number") words.push(`${thousands(usage.completion_tokens)} out`);
  if (typeof usage.cost_micros === "number") words.push(`$${(usage.cost_micros / 1_000_000).toFixed(4)}`);
  if (words.length > 0 && usage.duration_ms) words.push(duration(usage.duration_ms));
  return words.length > 0 ? words.join(" · ") : null;
}
