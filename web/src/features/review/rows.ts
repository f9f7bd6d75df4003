/** Which proposals the table shows, and where the keyboard goes next: plain values. */
import type { CoverageRow, Proposal } from "~/api/stories";

export type Show = "all" | "proposed" | "approved" | "rejected" | "aside";

export type RowFilter = {
  show: Show;
  text: string;
  /** A requirement of the coverage matrix, such as R-3; the rows that cover it. */
  reference: string | null;
};

const SHOWN: Record<Show, (proposal: Proposal) => boolean> = {
  all: ({ status }) => status === "proposed" || status === "approved" || status === "rejected",
  proposed: ({ status }) => status === "proposed",
  approved: ({ status }) => status === "approved",
  rejected: ({ status }) => status === "rejected",
  aside: ({ status }) => status === "superseded" || status === "split" || status === "merged",
};

export function shownRows(items: Proposal[], filter: RowFilter, coverage: CoverageRow[]): Proposal[] {
  const words = filter.text.toLowerCase().split(/\s+/).filter(Boolean);
  const covering = filter.reference
    ? new Set(coverage.find((row) => row.id === filter.reference)?.covered_by ?? [])
    : null;
  return items.filter((proposal) => {
    if (!SHOWN[filter.show](proposal)) return false;
    if (covering && !covering.has(proposal.id) && !names(proposal, filter.reference ?? "")) return false;
    if (words.length === 0) return true;
    const text = searchable(proposal);
    return words.every((word) => text.includes(word));
  });
}

/** Whether the proposal names the reference or a part of it, but not R-30. */
export function names(proposal: Proposal, reference: string): boolean {
  const all = [
    ...proposal.requirement_ids,
    ...proposal.decision_ids,
    ...proposal.acceptance_criteria.flatMap((criterion) => criterion.traces_to),
  ];
  return all.some((one) => one === reference || one.startsWith(`${reference}.`));
}

function searchable(proposal: Proposal): string {
  return [
    proposal.title,
    proposal.narrative,
    proposal.type,
    proposal.story_key ?? "",
    ...proposal.requirement_ids,
    ...proposal.decision_ids,
    ...proposal.acceptance_criteria.flatMap(({ id, given, when, then, traces_to }) => [
      id,
      given,
      when,
      then,
      ...traces_to,
    ]),
  ]
    .join(" ")
    .toLowerCase();
}

/** The row after a decision: the next one that still waits, or the one that takes this place. */
export function nextToDecide(rows: Proposal[], from: number): number {
  for (let step = 1; step < rows.length; step += 1) {
    const index = (from + step) % rows.length;
    if (rows[index]?.status === "proposed") return index;
  }
  return from;
}
