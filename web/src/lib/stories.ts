/** Stories in words, and the steps between what the server says and what a person edits. */
import type {
  CoverageState,
  EnrichmentState,
  ProposalStatus,
  StoryDraft,
  StoryType,
  StoryWords,
} from "~/api/stories";
import type { GateState } from "~/api/types";

export const TYPE_WORD: Record<StoryType, string> = {
  feature: "Feature",
  enabler: "Enabler",
  bug: "Bug",
  spike: "Spike",
};
export const STORY_TYPES: StoryType[] = ["feature", "enabler", "bug", "spike"];
export const COMPLEXITIES = [1, 2, 3, 5, 8, 13] as const;

/** A proposal's standing in the vocabulary of the gates. */
export const STANDING: Record<ProposalStatus, { word: string; mark: GateState }> = {
  proposed: { word: "To decide", mark: "in_review" },
  approved: { word: "Approved", mark: "approved" },
  rejected: { word: "Rejected", mark: "locked" },
  split: { word: "Split", mark: "locked" },
  merged: { word: "Merged", mark: "locked" },
  superseded: { word: "Replaced", mark: "locked" },
};

export const COVERAGE_WORD: Record<CoverageState, string> = {
  uncovered: "Not covered",
  partly: "Partly covered",
  covered: "Covered",
};

export const ENRICHMENT_WORD: Record<EnrichmentState, string> = {
  none: "Not enriched",
  queued: "Waiting to be enriched",
  running: "Being enriched",
  done: "Enriched",
  failed: "Enrichment failed",
};

/** "R-3, AD-2" and "R-3 AD-2" are the same two references. */
export const references = (text: string): string[] => [
  ...new Set(text.split(/[\s,;]+/).filter((reference) => reference !== "")),
];

export function toDraft(words: StoryWords, dependsOn: string[]): StoryDraft {
  return {
    title: words.title,
    type: words.type,
    narrative: words.narrative,
    acceptance_criteria: words.acceptance_criteria.map(({ id, given, when, then, traces_to }) => ({
      id,
      given,
      when,
      then,
      traces_to,
    })),
    complexity: words.complexity,
    complexity_reason: words.complexity_reason,
    depends_on: dependsOn,
    requirement_ids: words.requirement_ids,
    decision_ids: words.decision_ids,
  };
}

/** Only what a person really changed; the rest stays as it is on the server. */
export function changes(before: StoryDraft, after: StoryDraft): Partial<StoryDraft> {
  const changed = Object.entries(after).filter(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(before[name as keyof StoryDraft]),
  );
  return Object.fromEntries(changed) as Partial<StoryDraft>;
}

export const danglingOf = (words: StoryWords): string[] =>
  words.acceptance_criteria.flatMap((criterion) => criterion.dangling);
