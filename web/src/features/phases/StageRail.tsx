/** The score: one measure for each stage, closed by its own barline; a lock says what it needs. */
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import type { Phase, Stage, StageView } from "~/api/types";
import { Barline, GateIcon, StageMark } from "~/components/ui/Gate";
import { STATE_WORD, stageName } from "~/lib/stages";

type Props = { projectKey: string; phase: Phase; current: Stage };

export function StageRail({ projectKey, phase, current }: Props) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    // Keep the chosen stage in view on a narrow screen, without moving the page.
    const chosen = list.current?.querySelector<HTMLElement>(`[data-stage="${current}"]`);
    if (chosen && list.current) list.current.scrollLeft = chosen.offsetLeft - list.current.offsetLeft - 24;
  }, [current]);
  return (
    <nav aria-label="Stages and gates" className="shrink-0 border-rule border-b">
      <ol ref={list} className="fine-scroll flex h-[58px] overflow-x-auto overflow-y-hidden">
        {phase.stages.map((view) => (
          <li key={view.stage} data-stage={view.stage} className="flex min-w-[244px] flex-1">
            <Measure projectKey={projectKey} phase={phase} view={view} chosen={view.stage === current} />
          </li>
        ))}
      </ol>
    </nav>
  );
}

type MeasureProps = { projectKey: string; phase: Phase; view: StageView; chosen: boolean };

function Measure({ projectKey, phase, view, chosen }: MeasureProps) {
  return (
    <Link
      to="/p/$projectKey/phases/$number"
      params={{ projectKey, number: String(phase.number) }}
      search={{ stage: view.stage }}
      data-state={view.state}
      aria-current={chosen ? "step" : undefined}
      className={`gate relative flex min-w-0 flex-1 items-stretch gap-3 pl-4 outline-offset-[-3px] ${chosen ? "bg-sheet" : "hover:bg-sheet"}`}
    >
      {chosen && <span aria-hidden className="absolute inset-x-0 top-0 h-[2px] bg-ink" />}
      <span className="my-auto">
        <StageMark stage={view.stage} strong={chosen} />
      </span>
      <span className="my-auto min-w-0 flex-1">
        <span className="flex items-center gap-1.5">
          <span className={`truncate font-medium ${chosen ? "text-ink" : "text-ink-2"}`}>
            {stageName(view.stage)}
            <span className="sr-only">: </span>
          </span>
          <span className="gate-fg inline-flex shrink-0 items-center gap-1 font-medium text-2xs">
            <GateIcon state={view.state} size={12} />
            {STATE_WORD[view.state]}
          </span>
        </span>
        <span className="num block truncate text-2xs text-ink-3" title={view.evidence}>
          {view.evidence}
        </span>
      </span>
      <Barline state={view.state} />
    </Link>
  );
}
