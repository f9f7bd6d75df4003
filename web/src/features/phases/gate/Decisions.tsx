/** The decisions that one may take at a gate, each with a dialog that says what it does. */
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import type { Brief, Me, Phase, StageView } from "~/api/types";
import { ReasonDialog } from "~/components/ui/ReasonDialog";
import { reopeningInWords } from "~/lib/reopening";
import { stageName } from "~/lib/stages";
import { ApproveDialog } from "./ApproveDialog";
import { ability, canApprove, closingVerb, pendingBinding, type Shown, shortHash } from "./decision";
import type { Acknowledged } from "./useAcknowledged";
import type { DecisionMutations } from "./useDecisions";

type Props = {
  phase: Phase;
  view: StageView;
  shown: Shown;
  me: Me;
  brief: Brief | null;
  acknowledged: Acknowledged;
  decisions: DecisionMutations;
  onShowVersion: (version: number) => void;
};

type Asking = "approve" | "changes" | "withdraw" | "reopen";

export function Decisions(props: Props) {
  const { phase, view, shown, me, brief, acknowledged, decisions, onShowVersion } = props;
  const [asking, setAsking] = useState<Asking | null>(null);
  const binding = pendingBinding(view);
  const approval = canApprove(view, shown);
  const changes = ability(view, "request_changes");
  const withdrawal = ability(view, "withdraw_approval");
  const reopening = ability(view, "reopen_stage");
  const reaffirms = view.gate.kind === "stale";
  const closing = reaffirms ? decisions.reaffirm : decisions.approve;
  const recording = closing.isPending;
  const close = () => setAsking(null);
  if (!binding && !withdrawal.can && !reopening.can && asking === null) return null;
  const mayDecide = approval.can || ability(view, closingVerb(view)).can || changes.can;
  const act = reaffirms ? "Reaffirm" : "Approve";
  const note = approval.can ? (
    <>
      <span className="font-mono">sha {shortHash(binding?.content_hash ?? "")}</span> · you approve this exact
      text
    </>
  ) : (
    approval.reason
  );
  return (
    <div className="flex shrink-0 flex-col justify-center gap-1 px-4 py-2 @max-2xl:border-rule @max-2xl:border-t @2xl:max-w-[260px] @4xl:max-w-[300px] @2xl:items-end">
      <div className="flex flex-wrap gap-2 @2xl:justify-end">
        {withdrawal.can && (
          <button type="button" className="btn" onClick={() => setAsking("withdraw")}>
            Withdraw approval
          </button>
        )}
        {reopening.can && (
          <button type="button" className="btn" onClick={() => setAsking("reopen")}>
            Reopen
          </button>
        )}
        {binding && mayDecide && (
          <>
            {!reaffirms && (
              <button
                type="button"
                className="btn"
                disabled={!changes.can || recording}
                onClick={() => setAsking("changes")}
              >
                Request changes
              </button>
            )}
            <button
              type="button"
              className={`btn btn-primary ${recording ? "pulse" : ""}`}
              aria-disabled={!approval.can || recording}
              onClick={() => approval.can && !recording && setAsking("approve")}
            >
              <ShieldCheck size={14} aria-hidden />
              {recording ? "Recording…" : `${act} v${binding.version}`}
            </button>
          </>
        )}
      </div>
      {binding && (
        <div className="text-2xs text-ink-3 @2xl:text-right">
          {note}{" "}
          {!approval.can && shown && shown.version !== binding.version && (
            <button type="button" className="link" onClick={() => onShowVersion(binding.version)}>
              Show v{binding.version}
            </button>
          )}
        </div>
      )}
      {asking === "approve" && binding && shown && (
        <ApproveDialog
          {...{ phase, view, me, binding, brief, acknowledged, act }}
          approve={closing}
          onClose={close}
          onShowVersion={onShowVersion}
        />
      )}
      {asking === "changes" && binding && (
        <ReasonDialog
          title={`Request changes to ${stageName(view.stage)} v${binding.version}`}
          description="It goes back with your reason. Conductor is given the reason, and the next version is shown against this one. It blocks until you approve or withdraw it."
          label="What must change, and why"
          action="Request changes"
          pending="Recording…"
          error={decisions.request.error}
          busy={decisions.request.isPending}
          onClose={close}
          onSubmit={(reason) =>
            decisions.request.mutate({ version: binding.version, reason }, { onSuccess: close })
          }
        />
      )}
      {asking === "withdraw" && (
        <ReasonDialog
          title="Withdraw your approval"
          description={`${stageName(view.stage)} goes back into review and whatever it unlocked is locked again. Both facts stay on record.`}
          action="Withdraw approval"
          pending="Recording…"
          error={decisions.withdraw.error}
          busy={decisions.withdraw.isPending}
          onClose={close}
          onSubmit={() => decisions.withdraw.mutate(undefined, { onSuccess: close })}
        />
      )}
      {asking === "reopen" && (
        <ReasonDialog
          title={`Reopen ${stageName(view.stage)}`}
          description={reopeningInWords(phase, view.stage)}
          label="Why"
          action="Reopen"
          pending="Recording…"
          error={decisions.reopen.error}
          busy={decisions.reopen.isPending}
          onClose={close}
          onSubmit={(reason) => decisions.reopen.mutate(reason, { onSuccess: close })}
        />
      )}
    </div>
  );
}
