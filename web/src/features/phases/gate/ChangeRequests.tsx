/** The open change requests of a version: who asked for what, and how it can be taken back. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { artefactQuery } from "~/api/queries";
import type { ChangeRequest, Me, Phase, StageView } from "~/api/types";
import { ProblemNotice } from "~/components/ui/Notice";
import { ReasonDialog } from "~/components/ui/ReasonDialog";
import { When } from "~/components/ui/When";
import { ability } from "./decision";
import type { DecisionMutations } from "./useDecisions";

type Props = { phase: Phase; view: StageView; me: Me; decisions: DecisionMutations };

export function ChangeRequests({ phase, view, me, decisions }: Props) {
  const { gate } = view;
  // A new version goes into review while the request for it is still open; only then must it be asked for.
  const mayBeOpen = gate.kind === "in_review" && gate.version > 1;
  const asked = useQuery({ ...artefactQuery(phase.id, view.stage), enabled: mayBeOpen });
  const requests =
    gate.kind === "changes_requested"
      ? gate.change_requests
      : mayBeOpen
        ? (asked.data?.change_requests ?? [])
        : [];
  const [dismissing, setDismissing] = useState<ChangeRequest | null>(null);
  const mayWithdraw = ability(view, "withdraw_change_request").can;
  const mayDismiss = ability(view, "dismiss_change_request").can;
  const open = requests.filter((request) => request.state === "open");
  if (open.length === 0) return null;
  return (
    <>
      <ul className="mb-1.5 flex max-h-36 flex-col gap-1.5 overflow-y-auto" aria-label="Change requests">
        {open.map((request) => (
          <li key={request.id} className="border-changes border-l-2 pl-2.5 text-xs">
            <p className="text-2xs text-ink-3">
              <b className="font-medium text-ink">{request.by.name}</b> on v{request.version} ·{" "}
              <When at={request.at} />
              {mayWithdraw && request.by.user_id === me.user_id && (
                <button
                  type="button"
                  className="link ml-2"
                  disabled={decisions.withdrawRequest.isPending}
                  onClick={() => decisions.withdrawRequest.mutate(request.id)}
                >
                  Withdraw request
                </button>
              )}
              {mayDismiss && request.by.user_id !== me.user_id && (
                <button type="button" className="link ml-2" onClick={() => setDismissing(request)}>
                  Dismiss request
                </button>
              )}
            </p>
            <p className="whitespace-pre-wrap break-words text-ink">{request.reason}</p>
          </li>
        ))}
      </ul>
      <ProblemNotice error={decisions.withdrawRequest.error} />
      {dismissing && (
        <ReasonDialog
          title={`Dismiss ${dismissing.by.name}'s request`}
          description="The request no longer blocks the gate. Your name and reason are recorded beside it."
          label="Why it does not apply"
          action="Dismiss request"
          pending="Recording…"
          error={decisions.dismissRequest.error}
          busy={decisions.dismissRequest.isPending}
          onClose={() => setDismissing(null)}
          onSubmit={(reason) =>
            decisions.dismissRequest.mutate(
              { id: dismissing.id, reason },
              { onSuccess: () => setDismissing(null) },
            )
          }
        />
      )}
    </>
  );
}
