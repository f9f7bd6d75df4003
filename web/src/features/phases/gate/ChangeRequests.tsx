/** The open change requests of a version: who asked for what and where, whether it is answered, how it can be cleared. */
import { useState } from "react";
import type { ChangeRequest, StageView } from "~/api/types";
import { ProblemNotice } from "~/components/ui/Notice";
import { ReasonDialog } from "~/components/ui/ReasonDialog";
import { When } from "~/components/ui/When";
import { anchorInWords } from "~/lib/anchors";
import { openChangeRequests } from "~/lib/changeRequests";
import { plural } from "~/lib/time";
import type { DecisionMutations } from "./useDecisions";

type Props = { view: StageView; decisions: DecisionMutations; onShowVersion: (version: number) => void };

export function ChangeRequests({ view, decisions, onShowVersion }: Props) {
  const open = openChangeRequests(view);
  const [dismissing, setDismissing] = useState<ChangeRequest | null>(null);
  if (open.length === 0) return null;
  return (
    <>
      <ul className="mb-1.5 flex max-h-36 flex-col gap-1.5 overflow-y-auto" aria-label="Change requests">
        {open.map((request) => (
          <li key={request.id} className="border-changes border-l-2 pl-2.5 text-xs">
            <p className="text-2xs text-ink-3">
              <b className="font-medium text-ink">{request.by.name}</b> on v{request.version} ·{" "}
              <When at={request.at} />
              {request.may.includes("withdraw_change_request") && (
                <button
                  type="button"
                  className="link ml-2"
                  disabled={decisions.withdrawRequest.isPending}
                  onClick={() => decisions.withdrawRequest.mutate(request.id)}
                >
                  Withdraw request
                </button>
              )}
              {mayOnlyDismiss(request) && (
                <button type="button" className="link ml-2" onClick={() => setDismissing(request)}>
                  Dismiss request
                </button>
              )}
            </p>
            <Place request={request} />
            <p className="whitespace-pre-wrap break-words text-ink">{request.reason}</p>
            <Addressed request={request} onShowVersion={onShowVersion} />
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

/** Whoever can take it back has no need to set it aside. */
const mayOnlyDismiss = ({ may }: ChangeRequest): boolean =>
  may.includes("dismiss_change_request") && !may.includes("withdraw_change_request");

function Place({ request }: { request: ChangeRequest }) {
  const place = anchorInWords(request.anchor);
  return place && <p className="break-words font-serif text-ink-2 text-sm italic">{place}</p>;
}

function Addressed({
  request,
  onShowVersion,
}: {
  request: ChangeRequest;
  onShowVersion: (v: number) => void;
}) {
  const latest = request.answered_in.at(-1);
  return (
    <p className="text-2xs text-ink-2">
      {latest === undefined ? (
        "Not addressed yet"
      ) : (
        <>
          Addressed in{" "}
          <button type="button" className="link" onClick={() => onShowVersion(latest)}>
            v{latest}
          </button>
          ; waits for {request.by.name}
        </>
      )}
      {request.replies > 0 && ` · ${plural(request.replies, "answer")} beside the text`}
    </p>
  );
}
