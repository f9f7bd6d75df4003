/** What a token may do, in words. */
import type { TokenScope } from "~/api/types";

export const SCOPES: TokenScope[] = ["read", "analysis:write", "findings:write"];

export const SCOPE_WORD: Record<TokenScope, string> = {
  read: "Read the project",
  "analysis:write": "Check and submit technical analyses, report drift",
  "findings:write": "Raise findings",
};

/** How long tokens may live, in days. */
export const LIFETIMES = [7, 30, 90, 180, 366];

export const lifetimeInWords = (days: number): string => (days === 366 ? "a year" : `${days} days`);
