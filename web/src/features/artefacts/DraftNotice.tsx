/** A draft of one's own beside the document: not a version yet, and there on every device. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { discardDraft } from "~/api/phases";
import { keys } from "~/api/queries";
import type { DraftSummary, Stage } from "~/api/types";
import { When } from "~/components/ui/When";

type Props = {
  place: { phaseId: string; stage: Stage };
  draft: DraftSummary;
  /** Whether the stage takes a version now; an approved one keeps the draft beside it. */
  maySave: boolean;
  onOpen: () => void;
};

export function DraftNotice({ place, draft, maySave, onOpen }: Props) {
  const client = useQueryClient();
  const discard = useMutation({
    mutationFn: () => discardDraft(place),
    onSettled: () => client.invalidateQueries({ queryKey: keys.artefact(place.phaseId, place.stage) }),
  });
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-rule border-b bg-draft-soft px-4 py-1.5 text-xs">
      <span className="text-ink">
        Your draft{draft.base_version ? `, from v${draft.base_version}` : ""}, <When at={draft.updated_at} />:
        only you see it.
        {!maySave && " It can be saved as a version once the stage takes one."}
      </span>
      <button type="button" className="link font-medium" onClick={onOpen}>
        Go on editing
      </button>
      <button type="button" className="link" disabled={discard.isPending} onClick={() => discard.mutate()}>
        Discard draft
      </button>
    </div>
  );
}
