/** Stories for tests: whole as the server sends them, so that a test says only what it is about. */
import type { Criterion, Generation, Proposal, Review, Story, StorySummary, StoryWords } from "~/api/stories";
import type { Me, Phase, Project } from "~/api/types";

const AT = "2026-10-08T09:14:00Z";
const DANA = { user_id: "dana", name: "Dana Okafor" };

export const me: Me = {
  user_id: "dana",
  name: "Dana Okafor",
  email: "dana@example.com",
  administrator: false,
  conductor: { mode: "guided", label: "Guided mode", model: null },
  projects: [],
} as unknown as Me;

export const phase = (change: Partial<Phase> = {}): Phase => ({
  id: "phase",
  project_id: "project",
  project_key: "PAY",
  number: 4,
  kind: "light",
  title: "Monthly statements",
  brief: "",
  status: "ready",
  my_roles: ["sdm"],
  stages: [],
  version: 1,
  created_at: AT,
  may: [],
  promoted_from: null,
  proposals: { proposed: 0, approved: 0, rejected: 0 },
  stories: 0,
  ...change,
});

export const project = {
  id: "project",
  key: "PAY",
  name: "Payments",
  context: "",
  roles: ["sdm"],
  version: 1,
} as unknown as Project;

export const criterion = (number: number, change: Partial<Criterion> = {}): Criterion => ({
  id: `AC-${number}`,
  given: "a capture with two sellers",
  when: "it is acknowledged",
  then: "three legs share one sequence",
  traces_to: ["R-1.1"],
  dangling: [],
  ...change,
});

export const words = (change: Partial<StoryWords> = {}): StoryWords => ({
  title: "Split captured payment into legs",
  type: "feature",
  narrative: "As a seller I want my own leg so that I am paid the next day.",
  acceptance_criteria: [criterion(1), criterion(2)],
  complexity: 5,
  complexity_reason: "two criteria",
  requirement_ids: ["R-1"],
  decision_ids: ["AD-2"],
  ...change,
});

export const proposal = (id: string, change: Partial<Proposal> = {}): Proposal => ({
  ...words({ title: `Story ${id}` }),
  id,
  phase_id: "phase",
  version: 1,
  depends_on: [],
  status: "proposed",
  edited: false,
  stale: false,
  stale_reason: null,
  rejection: null,
  story_id: null,
  story_key: null,
  enriched: false,
  lineage: {
    generation_id: "g",
    based_on: [],
    split_from: null,
    split_into: [],
    merged_from: [],
    merged_into: null,
    generated_by: { adapter: "guided", model: "guided" },
    edited_by: [],
    turn_id: null,
  },
  may: ["approve", "edit", "split", "merge", "reject"],
  updated_at: AT,
  ...change,
});

export const generation = (change: Partial<Generation> = {}): Generation => ({
  generation_id: "g",
  state: "completed",
  mode: "fresh",
  proposed: 3,
  unusable: [],
  failure: null,
  generated_by: null,
  usage: null,
  started_at: AT,
  requested_by: DANA,
  ...change,
});

export const review = (items: Proposal[], change: Partial<Review> = {}): Review => {
  const count = (status: Proposal["status"]) => items.filter((item) => item.status === status).length;
  return {
    items,
    counts: { proposed: count("proposed"), approved: count("approved"), rejected: count("rejected") },
    coverage: { items: [], dangling: [] },
    findings: [],
    generation: generation(),
    undo: null,
    may: ["generate", "approve_all"],
    version: 1,
    ...change,
  };
};

export const story = (change: Partial<Story> = {}): Story => ({
  ...words(),
  id: "story",
  project_id: "project",
  phase_id: "phase",
  phase: { number: 4, title: "Monthly statements", kind: "light" },
  key: "PAY-12",
  number: 12,
  depends_on: [],
  status: "open",
  enriched: false,
  enrichment: {
    state: "none",
    attempt: 0,
    failure: null,
    architecture_slice: [],
    files: [],
    steps: [],
    test_notes: [],
    context_pack: "",
    files_left_out: 0,
  },
  refinement: { state: "none", attempt: 0, failure: null, proposed: null, before: null, questions: [] },
  stale: false,
  stale_reason: null,
  request: null,
  closing_reason: null,
  created_by: DANA,
  created_at: AT,
  updated_at: AT,
  version: 3,
  lineage: {
    source: "proposal",
    proposal_id: "p",
    generation_id: "g",
    based_on: [],
    split_from: null,
    merged_from: [],
    history: [],
    turn_id: null,
  },
  may: ["edit", "refine", "enrich", "close"],
  ...change,
});

export const summary = (number: number, change: Partial<StorySummary> = {}): StorySummary => ({
  id: `s${number}`,
  key: `PAY-${number}`,
  number,
  title: `Story ${number}`,
  type: "feature",
  complexity: 3,
  status: "open",
  enriched: false,
  stale: false,
  refinement_state: "none",
  enrichment_state: "none",
  phase: { id: "phase", number: 4, title: "Monthly statements", kind: "light" },
  requirement_ids: ["R-1"],
  updated_at: AT,
  ...change,
});
