/** Merges proposals into one that holds all their criteria, in this order. */
import { useState } from "react";
import type { Proposal } from "~/api/stories";
import { Dialog, FormActions } from "~/components/ui/Dialog";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { readForm } from "~/lib/form";
import { plural } from "~/lib/time";
import type { ReviewMutations } from "./useReview";

type Props = { proposals: Proposal[]; review: ReviewMutations; onClose: (merged: Proposal | null) => void };

export function MergeDialog({ proposals, review, onClose }: Props) {
  const [sources] = useState(proposals);
  const criteria = sources.reduce((sum, one) => sum + one.acceptance_criteria.length, 0);
  const narrative = [...new Set(sources.map((one) => one.narrative).filter(Boolean))].join("\n\n");
  const merge = (text: { title: string; narrative: string }) =>
    review.merge.mutate(
      { proposal_ids: sources.map((one) => one.id), ...text },
      { onSuccess: (merged) => onClose(merged) },
    );
  return (
    <Dialog
      open
      onOpenChange={() => onClose(null)}
      title={`Merge ${sources.length} stories`}
      description={`They become one story with all ${plural(criteria, "criterion", "criteria")}. The merge can be undone until the story is approved.`}
      wide
    >
      <ol className="panel divide-y divide-rule">
        {sources.map((one) => (
          <li key={one.id} className="flex items-baseline gap-2 px-3 py-1.5 text-sm">
            <span className="min-w-0 flex-1 truncate">{one.title}</span>
            <span className="num shrink-0 text-2xs text-ink-3">
              {plural(one.acceptance_criteria.length, "criterion", "criteria")}
            </span>
          </li>
        ))}
      </ol>
      <form onSubmit={(event) => merge(readForm(event, ["title", "narrative"]))}>
        <Field label="Title">
          {(control) => (
            <input
              {...control}
              name="title"
              required
              maxLength={160}
              defaultValue={sources[0]?.title}
              className="field"
            />
          )}
        </Field>
        <Field label="Narrative">
          {(control) => (
            <textarea
              {...control}
              name="narrative"
              rows={4}
              maxLength={8000}
              defaultValue={narrative}
              className="field"
            />
          )}
        </Field>
        <ProblemNotice error={review.merge.error} />
        <FormActions
          action="Merge"
          pending="Merging…"
          busy={review.merge.isPending}
          onCancel={() => onClose(null)}
        />
      </form>
    </Dialog>
  );
}
