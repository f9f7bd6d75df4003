/** Edits a proposal. When somebody else was quicker the words stay, and one decides whose count. */
import { useState } from "react";
import { hasCode, isProblem } from "~/api/problem";
import type { Proposal, StoryDraft } from "~/api/stories";
import { StoryForm } from "~/components/story/StoryForm";
import { Dialog } from "~/components/ui/Dialog";
import { changes, toDraft } from "~/lib/stories";
import type { ReviewMutations } from "./useReview";

type Props = { proposal: Proposal; others: Proposal[]; review: ReviewMutations; onClose: () => void };

export function EditDialog({ proposal, others, review, onClose }: Props) {
  // What one began with, whatever arrives meanwhile.
  const [base] = useState(proposal);
  const [over, setOver] = useState<StoryDraft | null>(null);
  const before = toDraft(base, base.depends_on);
  const { error } = review.edit;
  const save = (draft: StoryDraft, version: number) => {
    setOver(draft);
    const change = changes(before, draft);
    if (Object.keys(change).length === 0) onClose();
    else review.edit.mutate({ proposal: base, change, version }, { onSuccess: onClose });
  };
  const newest = isProblem(error) ? Number(error.members.current_version) : Number.NaN;
  return (
    <Dialog open onOpenChange={onClose} title="Edit story" wide>
      <StoryForm
        draft={before}
        dependables={others
          .filter((one) => one.id !== base.id && (one.status === "proposed" || one.status === "approved"))
          .map((one) => ({ id: one.id, label: one.title }))}
        action="Save"
        busy={review.edit.isPending}
        error={error}
        remedy={
          hasCode(error, "proposal-changed") &&
          over &&
          Number.isFinite(newest) && (
            <button type="button" className="btn mt-2" onClick={() => save(over, newest)}>
              Save mine over v{newest}
            </button>
          )
        }
        onCancel={onClose}
        onSubmit={(draft) => save(draft, base.version)}
      />
    </Dialog>
  );
}
