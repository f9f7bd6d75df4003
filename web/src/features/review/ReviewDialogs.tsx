/** The dialog that is open, if any; each knows the proposals it was opened for. */
import type { Proposal } from "~/api/stories";
import { ReasonDialog } from "~/components/ui/ReasonDialog";
import { plural } from "~/lib/time";
import { ApproveDialog } from "./ApproveDialog";
import { EditDialog } from "./EditDialog";
import { MergeDialog } from "./MergeDialog";
import { SplitDialog } from "./SplitDialog";
import type { ReviewMutations } from "./useReview";

export type Asking =
  | { verb: "approve" | "merge" | "reject"; proposals: Proposal[] }
  | { verb: "edit" | "split"; proposal: Proposal };

type Props = {
  asking: Asking;
  proposals: Proposal[];
  review: ReviewMutations;
  /** With the proposal to show next, if the dialog led to one. */
  onDone: (next: string | null) => void;
};

export function ReviewDialogs({ asking, proposals, review, onDone }: Props) {
  const close = () => onDone(null);
  switch (asking.verb) {
    case "approve":
      return <ApproveDialog proposals={asking.proposals} review={review} onClose={close} />;
    case "merge":
      return (
        <MergeDialog
          proposals={asking.proposals}
          review={review}
          onClose={(merged) => onDone(merged?.id ?? null)}
        />
      );
    case "edit":
      return <EditDialog proposal={asking.proposal} others={proposals} review={review} onClose={close} />;
    case "split":
      return (
        <SplitDialog
          proposal={asking.proposal}
          review={review}
          onClose={(parts) => onDone(parts[0]?.id ?? null)}
        />
      );
    case "reject":
      return (
        <ReasonDialog
          title={
            asking.proposals.length === 1
              ? `Reject ${asking.proposals[0]?.title ?? ""}`
              : `Reject ${plural(asking.proposals.length, "story", "stories")}`
          }
          description="It stays in the table with your reason, and can be restored."
          label="Why"
          action="Reject"
          pending="Rejecting…"
          error={null}
          busy={false}
          onClose={close}
          onSubmit={(reason) => {
            review.reject.mutate({ proposals: asking.proposals, reason });
            close();
          }}
        />
      );
    default:
      return asking satisfies never;
  }
}
