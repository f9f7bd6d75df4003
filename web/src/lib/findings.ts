/** Findings of the checker in words. */
import type { Finding } from "~/api/types";
import { plural } from "./time";

export const SEVERITY_WORD = { blocking: "Blocking", advisory: "Advisory" } as const satisfies Record<
  Finding["severity"],
  string
>;

export const isBlocking = (finding: Finding): boolean => finding.severity === "blocking";

/** "2 blocking findings, 5 advisory": what stops an approval comes first. */
export function findingsInWords(findings: readonly Finding[]): string {
  const blocking = findings.filter(isBlocking).length;
  const advisory = findings.length - blocking;
  if (findings.length === 0) return "No findings";
  if (blocking === 0) return plural(advisory, "advisory finding");
  const first = plural(blocking, "blocking finding");
  return advisory === 0 ? first : `${first}, ${advisory} advisory`;
}

/** What blocks comes first; otherwise they stay in the order of the document. */
export const inOrderOfWeight = (findings: readonly Finding[]): Finding[] =>
  findings.toSorted((one, other) => Number(isBlocking(other)) - Number(isBlocking(one)));

/** "R-3 · line 12 · Non-goals"; what is about no place in it is about all of it. */
export function placeInWords({ place }: Finding): string {
  const { ref_id: about, line, section } = place;
  if (!about && line === 1) return "the whole document";
  return [about, `line ${line}`, section].filter(Boolean).join(" · ");
}
