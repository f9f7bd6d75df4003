/** A phase on the board: where it stands, the evidence in one sentence, four measures with their barlines. */
import { Link } from "@tanstack/react-router";
import type { PhaseSummary } from "~/api/types";
import { Barline, GateIcon, GateTag } from "~/components/ui/Gate";
import { When } from "~/components/ui/When";
import { currentStage, KIND_WORD, STATE_WORD, stageName } from "~/lib/stages";
import { exactly, since } from "~/lib/time";

export function PhaseCard({ projectKey, phase }: { projectKey: string; phase: PhaseSummary }) {
  const stage = currentStage(phase);
  const now = phase.stages.find((view) => view.stage === stage);
  return (
    <article
      className={`panel relative block p-3 hover:border-rule-2 ${phase.waiting_for_me ? "border-review/60" : ""}`}
    >
      <span className="flex items-center justify-between gap-2">
        <span className="mono text-ink-3">
          {projectKey} · {phase.number}
          {phase.kind !== "full" && (
            <span className="ml-1.5 rounded-xs border border-rule px-1 font-sans text-2xs text-ink-2">
              {KIND_WORD[phase.kind]}
            </span>
          )}
        </span>
        {phase.status === "planning" && now ? (
          <GateTag state={now.state} />
        ) : (
          <span
            className={`font-medium text-2xs capitalize ${phase.status === "cancelled" ? "text-ink-3" : "text-approved"}`}
          >
            {phase.status}
          </span>
        )}
      </span>
      <h3 className="mt-1 text-balance font-serif text-lg leading-snug">
        <PhaseLink projectKey={projectKey} phase={phase} />
      </h3>
      <span className="num mt-1 block text-2xs text-ink-3">{phase.waiting_for ?? now?.evidence}</span>
      <Measures phase={phase} />
      <span className="mt-2 flex justify-between gap-2 text-2xs text-ink-3">
        <span className="truncate">{phase.opened_by?.name}</span>
        {phase.waiting_for_me && now ? (
          <b className="num shrink-0 font-medium text-review" title={exactly(now.since)}>
            waits for you · {since(now.since)}
          </b>
        ) : phase.waiting_for && now ? (
          <span className="num shrink-0" title={exactly(now.since)}>
            {STATE_WORD[now.state].toLowerCase()} for {since(now.since)}
          </span>
        ) : (
          <When at={phase.updated_at} className="shrink-0" />
        )}
      </span>
    </article>
  );
}

/** One-off stories have nothing to plan: their phase is a part of the backlog. */
function PhaseLink({ projectKey, phase }: { projectKey: string; phase: PhaseSummary }) {
  const className = "after:absolute after:inset-0";
  if (phase.kind === "adhoc") {
    return (
      <Link
        to="/p/$projectKey/backlog"
        params={{ projectKey }}
        search={{ phase: phase.number }}
        className={className}
      >
        {phase.title}
      </Link>
    );
  }
  return (
    <Link
      to="/p/$projectKey/phases/$number"
      params={{ projectKey, number: String(phase.number) }}
      className={className}
    >
      {phase.title}
    </Link>
  );
}

function Measures({ phase }: { phase: PhaseSummary }) {
  return (
    <span className="mt-2.5 flex h-6 overflow-hidden rounded-xs border border-rule">
      {phase.stages.map((view) => (
        <span
          key={view.stage}
          data-state={view.state}
          title={`${stageName(view.stage)}: ${STATE_WORD[view.state]}`}
          className="gate flex flex-1 items-stretch gap-px"
        >
          <span className="gate-bg grid flex-1 place-items-center">
            <GateIcon state={view.state} size={11} />
            <span className="sr-only">
              {stageName(view.stage)}: {STATE_WORD[view.state]}.
            </span>
          </span>
          <Barline state={view.state} />
        </span>
      ))}
    </span>
  );
}
