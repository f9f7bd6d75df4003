/** A phase in the page's header: what it is, what can be done to it as a whole, who else is here. */
import { Link, useNavigate } from "@tanstack/react-router";
import { History, PenLine } from "lucide-react";
import { useState } from "react";
import type { Me, Phase, Stage, StageView } from "~/api/types";
import { Crumbs, HeaderAside, Slash } from "~/components/ui/Crumbs";
import { Face } from "~/components/ui/Face";
import { EditPhaseDialog } from "~/features/phases/EditPhaseDialog";
import { PhaseMenu } from "~/features/phases/PhaseMenu";
import { KIND_WORD, STATE_WORD, stageName } from "~/lib/stages";
import { phaseTopic } from "~/live/frames";
import { usePresent } from "~/live/store";

export function Title({ phase, stage }: { phase: Phase; stage: Stage }) {
  const view = phase.stages.find((candidate) => candidate.stage === stage);
  const navigate = useNavigate();
  const [editing, setEditing] = useState(false);
  const waits = waitingHere(phase, view);
  return (
    <Crumbs title={`${waits > 0 ? `(${waits}) ` : ""}${stageName(stage)} · ${phase.title}`}>
      <Link
        to="/p/$projectKey"
        params={{ projectKey: phase.project_key }}
        className="shrink-0 text-ink-3 hover:text-ink"
        aria-label={`${phase.project_key} · ${phase.number}: phases of ${phase.project_key}`}
      >
        <span className="mono">
          {phase.project_key} · {phase.number}
        </span>
      </Link>
      <Slash />
      <h1 className="truncate font-medium">{phase.title}</h1>
      {phase.kind !== "full" && (
        <span className="shrink-0 rounded-xs border border-rule px-1 text-2xs text-ink-2">
          {KIND_WORD[phase.kind]}
        </span>
      )}
      {phase.may.includes("rename") && (
        <button
          type="button"
          className="btn btn-ghost btn-icon shrink-0 max-sm:hidden"
          aria-label="Change title and brief"
          onClick={() => setEditing(true)}
        >
          <PenLine size={13} aria-hidden />
        </button>
      )}
      <Link
        to="/p/$projectKey/phases/$number/replay"
        params={{ projectKey: phase.project_key, number: String(phase.number) }}
        search={{ stage }}
        className="btn btn-ghost btn-icon shrink-0"
        aria-label="Replay"
        title="Replay: the phase as it was after any of its events"
      >
        <History size={14} aria-hidden />
      </Link>
      <PhaseMenu
        phase={phase}
        onPromoted={() =>
          void navigate({
            to: "/p/$projectKey/phases/$number",
            params: { projectKey: phase.project_key, number: String(phase.number) },
            search: { stage: "requirements" },
          })
        }
      />
      {editing && <EditPhaseDialog phase={phase} onClose={() => setEditing(false)} />}
      <span className="sr-only">
        {stageName(stage)}: {view ? STATE_WORD[view.state] : ""}
      </span>
    </Crumbs>
  );
}

/** How much waits for this person here: the document to approve, or the stories to decide. */
function waitingHere(phase: Phase, view: StageView | undefined): number {
  if (view?.stage === "stories") return phase.my_roles.includes("sdm") ? phase.proposals.proposed : 0;
  return view?.may.includes("approve_artefact") && view.state === "in_review" ? 1 : 0;
}

export function Presence({ phaseId, me }: { phaseId: string; me: Me }) {
  const present = usePresent(phaseTopic(phaseId)).filter((person) => person.user_id !== me.user_id);
  if (present.length === 0) return null;
  return (
    <HeaderAside>
      <div
        role="group"
        aria-label={`Also here: ${present.map((person) => person.name).join(", ")}`}
        className="-space-x-1.5 flex"
      >
        {present.slice(0, 5).map((person) => (
          <Face key={person.user_id} name={person.name} />
        ))}
      </div>
    </HeaderAside>
  );
}
