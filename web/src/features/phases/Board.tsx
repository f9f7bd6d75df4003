/** A project's phases by the stage they are in; what waits for me comes first. */
import { Plus } from "lucide-react";
import type { PhaseSummary, Stage } from "~/api/types";
import { StageMark } from "~/components/ui/Gate";
import { EmptyState } from "~/components/ui/Notice";
import { byAttention, currentStage, FULL_STAGES, stageName } from "~/lib/stages";
import { plural } from "~/lib/time";
import { PhaseCard } from "./PhaseCard";

type Props = { projectKey: string; phases: PhaseSummary[]; mayOpen: boolean; onNew: () => void };

export function Board({ projectKey, phases, mayOpen, onNew }: Props) {
  const newPhase = mayOpen && (
    <button type="button" className="btn btn-primary" onClick={onNew}>
      <Plus size={14} aria-hidden />
      New phase
    </button>
  );
  return (
    <div className="flex h-full flex-col">
      <div className="flex min-h-12 flex-wrap items-center gap-x-4 gap-y-1 border-rule border-b px-4 py-2">
        <WaitingLine phases={phases} />
        <span className="flex-1" />
        {newPhase}
      </div>
      {phases.length === 0 ? (
        <EmptyState title="No phase yet">
          {mayOpen
            ? "A phase takes one idea to stories: through requirements, technical analysis and architecture, or through a short scoping conversation. Open the first one."
            : "An SDM of this project opens phases; they appear here at once."}
        </EmptyState>
      ) : (
        <Columns projectKey={projectKey} phases={phases} />
      )}
    </div>
  );
}

function WaitingLine({ phases }: { phases: PhaseSummary[] }) {
  const waiting = phases.filter((phase) => phase.waiting_for || phase.waiting_for_me).length;
  const mine = phases.filter((phase) => phase.waiting_for_me).length;
  const stale = phases.flatMap((phase) => phase.stages).filter((stage) => stage.state === "stale").length;
  return (
    <p className="flex flex-wrap gap-x-4 text-ink-2 text-xs" role="status">
      <b className="font-medium text-ink">
        {waiting === 0
          ? "No phase waits for a person"
          : `${plural(waiting, "phase waits", "phases wait")} for a person`}
      </b>
      {mine > 0 && <span className="font-medium text-review">{mine} for you</span>}
      {stale > 0 && <span className="text-stale">{plural(stale, "stage is", "stages are")} stale</span>}
      <span className="num">{plural(phases.length, "phase")}</span>
    </p>
  );
}

function Columns({ projectKey, phases }: { projectKey: string; phases: PhaseSummary[] }) {
  const inStage = (stage: Stage) =>
    phases.filter((phase) => currentStage(phase) === stage).toSorted(byAttention);
  const scoping = phases.some((phase) => currentStage(phase) === "scoping");
  const columns: Stage[] = scoping ? ["scoping", ...FULL_STAGES] : FULL_STAGES;
  return (
    <div className="fine-scroll grid min-h-0 flex-1 content-start overflow-auto md:auto-cols-[minmax(236px,1fr)] md:grid-flow-col md:content-stretch md:divide-x md:divide-rule">
      {columns.map((stage) => {
        const here = inStage(stage);
        return (
          <section
            key={stage}
            aria-label={stageName(stage)}
            className={`flex flex-col ${here.length === 0 ? "max-md:hidden" : ""}`}
          >
            <h2 className="flex items-center gap-2 px-3 py-2.5">
              <StageMark stage={stage} />
              <span className="font-medium">{stageName(stage)}</span>
              <span className="num ml-auto text-2xs text-ink-3">{here.length}</span>
            </h2>
            <ul className="flex flex-col gap-2 px-2 pb-4">
              {here.map((phase) => (
                <li key={phase.id}>
                  <PhaseCard projectKey={projectKey} phase={phase} />
                </li>
              ))}
            </ul>
          </section>
        );
      })}
    </div>
  );
}
