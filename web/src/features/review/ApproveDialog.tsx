/** Many approvals at once: says how many, and which, before anything is recorded. */
import type { Proposal } from "~/api/stories";
import { Dialog, DialogActions } from "~/components/ui/Dialog";
import { ProblemNotice } from "~/components/ui/Notice";
import { plural } from "~/lib/time";
import { factsOf } from "./facts";
import type { ReviewMutations } from "./useReview";

type Props = { proposals: Proposal[]; review: ReviewMutations; onClose: () => void };

export function ApproveDialog({ proposals, review, onClose }: Props) {
  const stories = plural(proposals.length, "story", "stories");
  const busy = review.approve.isPending;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title={`Approve ${stories}`}
      description="Each enters the backlog with the next key, exactly as it reads now, and Conductor enriches it. An approval can't be undone; a story can be closed."
    >
      <ol className="panel fine-scroll max-h-[42vh] divide-y divide-rule overflow-y-auto">
        {proposals.map((proposal) => (
          <li key={proposal.id} className="flex items-baseline gap-2 px-3 py-1.5 text-sm">
            <span className="min-w-0 flex-1 truncate" title={proposal.title}>
              {proposal.title}
            </span>
            <span className="shrink-0 text-2xs text-review">{factsOf(proposal).join(", ")}</span>
            <span className="mono shrink-0 text-2xs text-ink-3">v{proposal.version}</span>
          </li>
        ))}
      </ol>
      <ProblemNotice error={review.approve.error} />
      <DialogActions>
        <button type="button" className="btn" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          className={`btn btn-primary ${busy ? "pulse" : ""}`}
          disabled={busy}
          onClick={() => review.approve.mutate(proposals, { onSuccess: onClose })}
        >
          {busy ? "Recording…" : `Approve ${stories}`}
        </button>
      </DialogActions>
    </Dialog>
  );
}
