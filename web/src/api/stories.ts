/**
 * Proposals, stories and the backlog, under the names the pages use.
 * Proposal and story say the same things; only what they depend on is named differently.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];
type Person = Schemas["Person"];
type Stage = Schemas["Stage"];

export type StoryType = "feature" | "enabler" | "bug" | "spike";

export type Criterion = {
  id: string;
  given: string;
  when: string;
  then: string;
  traces_to: string[];
  /** The part of `traces_to` that leads to nothing. */
  dangling: string[];
};

export type StoryWords = {
  title: string;
  type: StoryType;
  narrative: string;
  acceptance_criteria: Criterion[];
  complexity: number | null;
  complexity_reason: string;
  requirement_ids: string[];
  decision_ids: string[];
};

/** What a person writes; a criterion without an id is a new one. */
export type DraftCriterion = { id?: string; given: string; when: string; then: string; traces_to: string[] };
export type StoryDraft = Omit<StoryWords, "acceptance_criteria"> & {
  acceptance_criteria: DraftCriterion[];
  depends_on: string[];
};

export type BasedOn = { stage: Stage; version: number; content_hash: string };
export type ProposalStatus = "proposed" | "approved" | "rejected" | "split" | "merged" | "superseded";
export type ProposalVerb = "approve" | "edit" | "split" | "merge" | "reject" | "restore";

export type Proposal = StoryWords & {
  id: string;
  phase_id: string;
  version: number;
  depends_on: string[];
  status: ProposalStatus;
  edited: boolean;
  stale: boolean;
  stale_reason: string | null;
  rejection: { by: Person; reason: string; at: string } | null;
  story_id: string | null;
  story_key: string | null;
  lineage: {
    generation_id: string;
    based_on: BasedOn[];
    split_from: string | null;
    split_into: string[];
    merged_from: string[];
    merged_into: string | null;
    generated_by: Schemas["GeneratedBy"] | null;
    edited_by: Person[];
    turn_id: string | null;
  };
  may: ProposalVerb[];
  updated_at: string;
};

export type CoverageState = "uncovered" | "partly" | "covered";
export type CoverageRow = {
  id: string;
  kind: "requirement" | "quality";
  title: string;
  priority: string | null;
  criteria: { id: string; covered: boolean }[];
  covered_by: string[];
  state: CoverageState;
};
export type Coverage = {
  items: CoverageRow[];
  dangling: { proposal_id: string; criterion_id: string; ref: string }[];
};

export type GenerationMode = "fresh" | "continue";
export type GenerationState = "queued" | "running" | "stopping" | "completed" | "stopped" | "failed";
export type Generation = {
  generation_id: string;
  state: GenerationState;
  mode: GenerationMode;
  proposed: number;
  unusable: { ordinal: number; reason: string }[];
  failure: Schemas["Failure"] | null;
  generated_by: Schemas["GeneratedBy"] | null;
  usage: Schemas["Usage"] | null;
  started_at: string;
  requested_by: Person | null;
};

/** The review table of a phase. */
export type Review = {
  items: Proposal[];
  counts: { proposed: number; approved: number; rejected: number };
  coverage: Coverage;
  generation: Generation | null;
  undo: { step: string; label: string } | null;
  may: string[];
  version: number;
};

export type StoryStatus = "open" | "closed";
export type RefinementState = "none" | "queued" | "running" | "proposed" | "accepted" | "refused" | "failed";
export type EnrichmentState = "none" | "queued" | "running" | "done" | "failed";

export type Refinement = {
  state: RefinementState;
  attempt: number;
  failure: Schemas["Failure"] | null;
  proposed: StoryWords | null;
  before: StoryWords | null;
  questions: string[];
};

export type Enrichment = {
  state: EnrichmentState;
  attempt: number;
  failure: Schemas["Failure"] | null;
  architecture_slice: { ref: string; text: string }[];
  files: { path: string; action: "create" | "modify"; evidence: string; why: string }[];
  steps: string[];
  test_notes: string[];
  context_pack: string;
  files_left_out: number;
};

export type PhaseName = { number: number; title: string; kind: Schemas["PhaseKind"] };

export type Story = StoryWords & {
  id: string;
  project_id: string;
  phase_id: string;
  phase: PhaseName;
  key: string;
  number: number;
  depends_on: { id: string; key: string; title: string }[];
  status: StoryStatus;
  enriched: boolean;
  enrichment: Enrichment;
  refinement: Refinement;
  stale: boolean;
  stale_reason: string | null;
  /** The sentence of a one-off story, as written. */
  request: string | null;
  closing_reason: string | null;
  created_by: Person;
  created_at: string;
  updated_at: string;
  version: number;
  lineage: {
    source: "proposal" | "adhoc";
    proposal_id: string | null;
    generation_id: string | null;
    based_on: BasedOn[];
    split_from: string | null;
    merged_from: string[];
    history: { at: string; text: string }[];
    turn_id: string | null;
  };
  may: string[];
};

export type StorySummary = Pick<
  Story,
  | "id"
  | "key"
  | "number"
  | "title"
  | "type"
  | "complexity"
  | "status"
  | "enriched"
  | "stale"
  | "requirement_ids"
  | "updated_at"
> & {
  refinement_state: RefinementState;
  enrichment_state: EnrichmentState;
  phase: PhaseName & { id: string };
};

export type BacklogPage = { items: StorySummary[]; next_cursor: string | null; total: number };
