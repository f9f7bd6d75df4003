/** The one form for what a story says: a proposal, a story of the backlog, a refinement before it is accepted. */
import { type FormEvent, type ReactNode, useState } from "react";
import { isProblem } from "~/api/problem";
import type { StoryDraft, StoryType } from "~/api/stories";
import { FormActions } from "~/components/ui/Dialog";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { COMPLEXITIES, references, STORY_TYPES, TYPE_WORD } from "~/lib/stories";
import { CriteriaEditor, type EditedCriterion, edited, written } from "./CriteriaEditor";
import { type Dependable, DependsOnEditor } from "./DependsOnEditor";

type Props = {
  draft: StoryDraft;
  /** What it can depend on. */
  dependables: Dependable[];
  action: string;
  busy: boolean;
  error: unknown;
  /** Beside the error: what else one can do about it. */
  remedy?: ReactNode;
  onCancel: () => void;
  onSubmit: (draft: StoryDraft) => void;
};

/** The fields that say themselves what is wrong with them. */
const FIELDS = [
  "title",
  "narrative",
  "type",
  "complexity",
  "complexity_reason",
  "requirement_ids",
  "decision_ids",
] as const;

export function StoryForm({ draft, dependables, action, busy, error, remedy, onCancel, onSubmit }: Props) {
  const [title, setTitle] = useState(draft.title);
  const [type, setType] = useState<StoryType>(draft.type);
  const [narrative, setNarrative] = useState(draft.narrative);
  const [complexity, setComplexity] = useState(draft.complexity);
  const [reason, setReason] = useState(draft.complexity_reason);
  const [requirements, setRequirements] = useState(draft.requirement_ids.join(", "));
  const [decisions, setDecisions] = useState(draft.decision_ids.join(", "));
  const [dependsOn, setDependsOn] = useState(draft.depends_on);
  const [criteria, setCriteria] = useState<EditedCriterion[]>(() => draft.acceptance_criteria.map(edited));
  const field = (name: string) => (isProblem(error) ? error.field(name) : undefined);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    onSubmit({
      title: title.trim(),
      type,
      narrative: narrative.trim(),
      acceptance_criteria: criteria.map(written),
      complexity,
      complexity_reason: reason.trim(),
      depends_on: dependsOn,
      requirement_ids: references(requirements),
      decision_ids: references(decisions),
    });
  };
  return (
    <form onSubmit={submit}>
      <Field label="Title" error={field("title")} className="">
        {(control) => (
          <input
            {...control}
            required
            maxLength={160}
            value={title}
            onChange={(event) => setTitle(event.target.value)}
            className="field"
          />
        )}
      </Field>
      <Field label="Narrative" hint="As a … I want … so that …" error={field("narrative")}>
        {(control) => (
          <textarea
            {...control}
            rows={3}
            maxLength={8000}
            value={narrative}
            onChange={(event) => setNarrative(event.target.value)}
            className="field"
          />
        )}
      </Field>
      <div className="grid gap-x-3 sm:grid-cols-[130px_110px_1fr]">
        <Field label="Type" error={field("type")}>
          {(control) => (
            <select
              {...control}
              value={type}
              onChange={(event) => setType(event.target.value as StoryType)}
              className="field"
            >
              {STORY_TYPES.map((one) => (
                <option key={one} value={one}>
                  {TYPE_WORD[one]}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Complexity" error={field("complexity")}>
          {(control) => (
            <select
              {...control}
              value={complexity ?? ""}
              onChange={(event) => setComplexity(event.target.value ? Number(event.target.value) : null)}
              className="field"
            >
              <option value="">Not said</option>
              {COMPLEXITIES.map((points) => (
                <option key={points} value={points}>
                  {points}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label="Why this much" error={field("complexity_reason")}>
          {(control) => (
            <input
              {...control}
              maxLength={8000}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
              className="field"
            />
          )}
        </Field>
      </div>
      <CriteriaEditor criteria={criteria} onChange={setCriteria} error={field("acceptance_criteria")} />
      <div className="grid gap-x-3 sm:grid-cols-2">
        <Field label="Requirements" hint="Such as R-3, N-1" error={field("requirement_ids")}>
          {(control) => (
            <input
              {...control}
              value={requirements}
              onChange={(event) => setRequirements(event.target.value)}
              className="field font-mono"
            />
          )}
        </Field>
        <Field label="Decisions" hint="Such as AD-2" error={field("decision_ids")}>
          {(control) => (
            <input
              {...control}
              value={decisions}
              onChange={(event) => setDecisions(event.target.value)}
              className="field font-mono"
            />
          )}
        </Field>
      </div>
      <DependsOnEditor chosen={dependsOn} dependables={dependables} onChange={setDependsOn} />
      <ProblemNotice error={error} fields={FIELDS}>
        {remedy}
      </ProblemNotice>
      <FormActions action={action} pending="Saving…" busy={busy} onCancel={onCancel} />
    </form>
  );
}
