/**
 * Proposals, stories and the backlog, under the names the pages use.
 * Every type comes from the generated schema; what a person writes is the schema's change with everything in it.
 */
import type { components } from "./schema";

type Schemas = components["schemas"];

export type StoryType = Schemas["StoryType"];
export type Criterion = Schemas["AcceptanceCriterion"];
export type StoryWords = Schemas["StoryWords"];

/** What a person writes; a criterion without an id is a new one. */
export type DraftCriterion = Schemas["CriterionChange"] & { traces_to: string[] };
export type StoryChange = Schemas["StoryChange"];
export type StoryDraft = Omit<StoryWords, "acceptance_criteria"> & {
  acceptance_criteria: DraftCriterion[];
  depends_on: string[];
};

export type Proposal = Schemas["Proposal"];
export type ProposalStatus = Schemas["ProposalStatus"];
export type ProposalVerb = Schemas["ProposalVerb"];
export type Part = Schemas["NewPart"];

export type Coverage = Schemas["Coverage"];
export type CoverageRow = Schemas["CoverageRow"];
export type CoverageState = Schemas["CoverageState"];

export type Generation = Schemas["Generation"];
export type GenerationMode = Schemas["GenerationMode"];

/** The review table of a phase. */
export type Review = Schemas["ReviewTable"];

export type Story = Schemas["Story"];
export type StoryVerb = Schemas["StoryVerb"];
export type StoryStatus = Schemas["StoryStatus"];
export type StorySummary = Schemas["StorySummary"];
export type Refinement = Schemas["Refinement"];
export type Enrichment = Schemas["Enrichment"];
export type EnrichmentState = Schemas["EnrichmentState"];
