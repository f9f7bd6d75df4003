/** What deserves a look before one decides: the marks that table and panel share. */
import type { Proposal } from "~/api/stories";
import { danglingOf } from "~/lib/stories";

/** The facts about a proposal that a reviewer should see, most pressing first. */
export function factsOf(proposal: Proposal): string[] {
  const dangling = new Set(danglingOf(proposal)).size;
  const facts: string[] = [];
  if (proposal.stale) facts.push("stale");
  if (dangling > 0) facts.push(`${dangling} ${dangling === 1 ? "trace leads" : "traces lead"} nowhere`);
  if (proposal.acceptance_criteria.length === 0) facts.push("no criteria");
  if (proposal.complexity == null) facts.push("not sized");
  return facts;
}

/** How it came to be what it is, where that is not simply Conductor's proposal. */
export function originsOf(proposal: Proposal): string[] {
  const origins: string[] = [];
  if (proposal.lineage.split_from) origins.push("part of a split");
  if (proposal.lineage.merged_from.length > 0)
    origins.push(`merged of ${proposal.lineage.merged_from.length}`);
  if (proposal.edited) origins.push("edited");
  return origins;
}
