/** Splits a proposal into 2..n: every criterion goes to exactly one part, and none is left behind. */
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import type { Criterion, Proposal } from "~/api/stories";
import { Dialog, FormActions } from "~/components/ui/Dialog";
import { ProblemNotice } from "~/components/ui/Notice";
import { COMPLEXITIES } from "~/lib/stories";
import { plural } from "~/lib/time";
import {
  assign,
  type Distribution,
  FEWEST_PARTS,
  left,
  MOST_PARTS,
  partOf,
  undistributed,
  withoutPart,
} from "./distribution";
import type { ReviewMutations } from "./useReview";

type PartForm = { key: string; title: string; complexity: number | null };
const newPart = (title: string): PartForm => ({ key: crypto.randomUUID(), title, complexity: null });

type Props = { proposal: Proposal; review: ReviewMutations; onClose: (parts: Proposal[]) => void };

export function SplitDialog({ proposal, review, onClose }: Props) {
  const [source] = useState(proposal);
  const [parts, setParts] = useState(() => [newPart(source.title), newPart("")]);
  const [distribution, setDistribution] = useState<Distribution>(() =>
    undistributed(source.acceptance_criteria.map((criterion) => criterion.id)),
  );
  const missing = left(distribution);
  const untitled = parts.filter((part) => part.title.trim() === "").length;
  const change = (key: string, to: Partial<PartForm>) =>
    setParts(parts.map((part) => (part.key === key ? { ...part, ...to } : part)));
  const remove = (index: number) => {
    setParts(parts.toSpliced(index, 1));
    setDistribution(withoutPart(distribution, index));
  };
  const split = () =>
    review.split.mutate(
      {
        proposal: source,
        into: parts.map((part, index) => ({
          title: part.title.trim(),
          ...(part.complexity == null ? {} : { complexity: part.complexity }),
          acceptance_criteria: partOf(distribution, index),
        })),
      },
      { onSuccess: ({ items }) => onClose(items) },
    );
  return (
    <Dialog
      open
      onOpenChange={() => onClose([])}
      title="Split story"
      description="Say what the parts are, and which part each criterion goes to. Nothing is lost; the split can be undone until a part is approved."
      wide
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (missing.length === 0) split();
        }}
      >
        <ol className="flex flex-col gap-2">
          {parts.map((part, index) => (
            <li key={part.key} className="flex items-center gap-2">
              <span
                aria-hidden
                className="mono grid size-6 shrink-0 place-items-center rounded-xs border border-rule-2"
              >
                {index + 1}
              </span>
              <input
                aria-label={`Title of part ${index + 1}`}
                required
                maxLength={160}
                value={part.title}
                placeholder="What this part delivers"
                onChange={(event) => change(part.key, { title: event.target.value })}
                className="field"
              />
              <select
                aria-label={`Complexity of part ${index + 1}`}
                value={part.complexity ?? ""}
                onChange={(event) =>
                  change(part.key, { complexity: event.target.value ? Number(event.target.value) : null })
                }
                className="field w-20 shrink-0"
              >
                <option value="">Pts</option>
                {COMPLEXITIES.map((points) => (
                  <option key={points} value={points}>
                    {points}
                  </option>
                ))}
              </select>
              <button
                type="button"
                className="btn btn-ghost btn-icon shrink-0"
                aria-label={`Remove part ${index + 1}`}
                disabled={parts.length <= FEWEST_PARTS}
                onClick={() => remove(index)}
              >
                <Trash2 size={13} aria-hidden />
              </button>
            </li>
          ))}
        </ol>
        <button
          type="button"
          className="btn mt-2"
          disabled={parts.length >= MOST_PARTS}
          onClick={() => setParts([...parts, newPart("")])}
        >
          <Plus size={13} aria-hidden />
          Add a part
        </button>
        <ul className="panel mt-4 divide-y divide-rule">
          {source.acceptance_criteria.map((criterion) => (
            <CriterionRow
              key={criterion.id}
              criterion={criterion}
              parts={parts}
              part={distribution.get(criterion.id) ?? null}
              onPart={(part) => setDistribution(assign(distribution, criterion.id, part))}
            />
          ))}
        </ul>
        <p
          role="status"
          className={`mt-2 text-xs ${missing.length > 0 ? "font-medium text-changes" : "text-approved"}`}
        >
          {missing.length > 0
            ? `${plural(missing.length, "criterion is", "criteria are")} in no part yet: ${missing.join(", ")}`
            : "Every criterion has its part."}
        </p>
        <ProblemNotice error={review.split.error} />
        <FormActions
          action={`Split into ${parts.length}`}
          pending="Splitting…"
          busy={review.split.isPending}
          blocked={missing.length > 0 || untitled > 0}
          onCancel={() => onClose([])}
        />
      </form>
    </Dialog>
  );
}

type RowProps = {
  criterion: Criterion;
  parts: PartForm[];
  part: number | null;
  onPart: (part: number) => void;
};

function CriterionRow({ criterion, parts, part, onPart }: RowProps) {
  return (
    <li
      className={`flex flex-wrap items-start gap-x-3 gap-y-1 px-3 py-2 ${part === null ? "bg-review-soft" : ""}`}
    >
      <p className="min-w-0 flex-1 basis-64 break-words text-ink-2 text-xs">
        <span className="mono mr-1.5 text-2xs text-ink-3">{criterion.id}</span>
        <b className="font-medium text-ink">Given</b> {criterion.given}{" "}
        <b className="font-medium text-ink">when</b> {criterion.when}{" "}
        <b className="font-medium text-ink">then</b> {criterion.then}
      </p>
      <fieldset className="flex shrink-0 flex-wrap gap-1">
        <legend className="sr-only">Part of {criterion.id}</legend>
        {parts.map((one, index) => (
          <label
            key={one.key}
            title={one.title}
            className={`mono grid size-7 cursor-pointer place-items-center rounded-xs border has-focus-visible:outline-2 has-focus-visible:outline-accent ${part === index ? "border-accent bg-accent text-accent-on" : "border-rule-2/60 bg-sheet hover:border-rule-2"}`}
          >
            <input
              type="radio"
              className="sr-only"
              name={criterion.id}
              checked={part === index}
              onChange={() => onPart(index)}
            />
            <span aria-hidden>{index + 1}</span>
            <span className="sr-only">Part {index + 1}</span>
          </label>
        ))}
      </fieldset>
    </li>
  );
}
