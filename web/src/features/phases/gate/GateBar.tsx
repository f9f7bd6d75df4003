/** The gate of a stage: its state and evidence, the server's conditions as sentences, and the decisions one may take. */
import { ShieldCheck } from "lucide-react";
import { useState } from "react";
import type { Me, Phase, StageView } from "~/api/types";
import { Barline, GateIcon } from "~/components/ui/Gate";
import { ReasonDialog } from "~/components/ui/ReasonDialog";
import { STATE_WORD, stageName } from "~/lib/stages";
import { ApproveDialog } from "./ApproveDialog";
import { ChangeRequests } from "./ChangeRequests";
import { Conditions } from "./Conditions";
import { ability, canApprove, pendingBinding, type Shown, shortHash } from "./decision";
import { PolicyOfReview } from "./PolicyOfReview";
import { useDecisions } from "./useDecisions";

type Props = {
  phase: Phase;
  view: StageView;
  shown: Shown;
  me: Me;
  onShowVersion: (version: number) => void;
};

export function GateBar({ phase, view, shown, me, onShowVersion }: Props) {
  const place = { phaseId: phase.id, stage: view.stage };
  const decisions = useDecisions(place);
  return (
    <div className="@container shrink-0">
      <section
        aria-label={`Gate: ${stageName(view.stage)}`}
        data-state={view.state}
        className="gate flex shrink-0 items-stretch border-rule border-t bg-sheet @max-2xl:flex-col"
      >
        <div className="gate-bg flex shrink-0 flex-col justify-center px-4 py-2 @2xl:w-[190px] @4xl:w-[220px]">
          <div className="flex items-center gap-1.5">
            <GateIcon state={view.state} size={16} />
            <span className="gate-fg font-semibold text-lg leading-5">{STATE_WORD[view.state]}</span>
          </div>
          <div className="num mt-0.5 text-2xs text-ink-2">{view.evidence}</div>
        </div>
        <Barline state={view.state} className="@max-2xl:hidden" />
        <div className="fine-scroll min-w-0 flex-1 px-4 py-2 @max-2xl:max-h-32 @max-2xl:overflow-y-auto @2xl:flex @2xl:flex-col @2xl:justify-center">
          <ChangeRequests view={view} decisions={decisions} onShowVersion={onShowVersion} />
          <Conditions phase={phase} conditions={view.conditions} />
          <PolicyOfReview view={view} decisions={decisions} />
        </div>
        <Decisions {...{ phase, view, shown, me, decisions, onShowVersion }} />
        <p role="status" className="sr-only">
          {decisions.approve.isPending ? "Recording the approval" : ""}
        </p>
      </section>
    </div>
  );
}

type DecisionProps = Props & { decisions: ReturnType<typeof useDecisions> };

function Decisions({ phase, view, shown, me, decisions, onShowVersion }: DecisionProps) {
  const [asking, setAsking] = useState<"approve" | "changes" | "withdraw" | null>(null);
  const binding = pendingBinding(view);
  const approval = canApprove(view, shown);
  const changes = ability(view, "request_changes");
  const withdrawal = ability(view, "withdraw_approval");
  const recording = decisions.approve.isPending;
  const close = () => setAsking(null);
  if (!binding && !withdrawal.can) return null;
  const mayDecide = approval.can || ability(view, "approve_artefact").can || changes.can;
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
      <div className="flex flex-wrap gap-2">
        {withdrawal.can && (
          <button type="button" className="btn" onClick={() => setAsking("withdraw")}>
            Withdraw approval
          </button>
        )}
        {binding && mayDecide && (
          <>
            <button
              type="button"
              className="btn"
              disabled={!changes.can || recording}
              onClick={() => setAsking("changes")}
            >
              Request changes
            </button>
            <button
              type="button"
              className={`btn btn-primary ${recording ? "pulse" : ""}`}
              aria-disabled={!approval.can || recording}
              onClick={() => approval.can && !recording && setAsking("approve")}
            >
              <ShieldCheck size={14} aria-hidden />
              {recording ? "Recording…" : `Approve v${binding.version}`}
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
          {...{ phase, view, me, binding }}
          approve={decisions.approve}
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
    </div>
  );
}
