/**
 * The gate of a stage: above it the brief of what awaits a decision, then its state and evidence, the server's
 * conditions as sentences, and the decisions one may take.
 */
import { useQuery } from "@tanstack/react-query";
import { artefactQuery } from "~/api/queries";
import type { Me, Phase, StageView } from "~/api/types";
import { Barline, GateIcon } from "~/components/ui/Gate";
import { STATE_WORD, stageName } from "~/lib/stages";
import { since } from "~/lib/time";
import { BriefFindings } from "./BriefFindings";
import { ChangeRequests } from "./ChangeRequests";
import { Conditions } from "./Conditions";
import { Decisions } from "./Decisions";
import { ability, closingVerb, pendingBinding, type Shown } from "./decision";
import { OpenFindings } from "./OpenFindings";
import { PolicyOfReview } from "./PolicyOfReview";
import { ReviewBrief } from "./ReviewBrief";
import { StaleCause } from "./StaleCause";
import { useAcknowledged } from "./useAcknowledged";
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
  const binding = pendingBinding(view);
  const artefact = useQuery({ ...artefactQuery(phase.id, view.stage), enabled: binding !== null });
  // A brief is of one version: while the next one is on its way there is none.
  const brief = binding && artefact.data?.brief?.version === binding.version ? artefact.data.brief : null;
  const acknowledged = useAcknowledged(brief?.open_points ?? [], binding?.content_hash ?? null);
  return (
    <div className="@container shrink-0">
      {brief && (
        <ReviewBrief
          phase={phase}
          view={view}
          brief={brief}
          acknowledged={acknowledged}
          mayApprove={ability(view, closingVerb(view)).can}
        >
          <BriefFindings phase={phase} view={view} findings={artefact.data?.findings ?? []} />
        </ReviewBrief>
      )}
      <section
        aria-label={`Gate: ${stageName(view.stage)}`}
        data-state={view.state}
        className="gate flex shrink-0 items-stretch border-rule border-t bg-sheet @max-2xl:flex-col"
      >
        <div className="gate-bg flex shrink-0 flex-col justify-center px-4 py-2 @max-2xl:flex-row @max-2xl:flex-wrap @max-2xl:items-baseline @max-2xl:justify-start @max-2xl:gap-x-3 @max-2xl:py-1 @2xl:w-[190px] @4xl:w-[220px]">
          <div className="flex items-center gap-1.5">
            <GateIcon state={view.state} size={16} />
            <span className="gate-fg font-semibold text-lg leading-5">{STATE_WORD[view.state]}</span>
          </div>
          <div className="num mt-0.5 text-2xs text-ink-2">{view.evidence}</div>
          {binding && (
            <div className="num text-2xs text-ink-2" title={view.since}>
              {STATE_WORD[view.state]} for {since(view.since)}
            </div>
          )}
        </div>
        <Barline state={view.state} className="@max-2xl:hidden" />
        <div className="fine-scroll min-w-0 flex-1 px-4 py-2 @max-2xl:max-h-[4.75rem] @max-2xl:overflow-y-auto @2xl:flex @2xl:flex-col @2xl:justify-center">
          <StaleCause phase={phase} view={view} />
          <OpenFindings view={view} />
          <ChangeRequests view={view} decisions={decisions} onShowVersion={onShowVersion} />
          <Conditions phase={phase} conditions={view.conditions} />
          <PolicyOfReview view={view} decisions={decisions} />
        </div>
        <Decisions {...{ phase, view, shown, me, brief, acknowledged, decisions, onShowVersion }} />
        <p role="status" className="sr-only">
          {decisions.approve.isPending ? "Recording the approval" : ""}
        </p>
      </section>
    </div>
  );
}
