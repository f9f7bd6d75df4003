/**
 * The phase workspace: stage rail, conversation, living document, gate. It only joins the features;
 * which version is on screen is decided in useShownVersion, because approving depends on it.
 */
import { Link } from "@tanstack/react-router";
import { PenLine } from "lucide-react";
import { useState } from "react";
import type { Me, Phase, Stage } from "~/api/types";
import { Crumbs, HeaderAside, Slash } from "~/components/ui/Crumbs";
import { Face } from "~/components/ui/Face";
import { Split } from "~/components/ui/Split";
import { DocumentPane, type DocumentSearch } from "~/features/artefacts/DocumentPane";
import { Conversation } from "~/features/conversation/Conversation";
import { EditPhaseDialog } from "~/features/phases/EditPhaseDialog";
import { GateBar } from "~/features/phases/gate/GateBar";
import { StageRail } from "~/features/phases/StageRail";
import { useShortcuts } from "~/lib/shortcuts";
import { STATE_WORD, stageName } from "~/lib/stages";
import { useTopic } from "~/live/connection";
import { conversationTopic, phaseTopic } from "~/live/frames";
import { useLiveTurn, usePresent } from "~/live/store";
import { useShownVersion } from "./useShownVersion";

type Props = {
  phase: Phase;
  stage: Stage;
  me: Me;
  search: DocumentSearch;
  /** `leaving` is the version on screen that the address does not name, when another takes its place. */
  onSearch: (change: Partial<DocumentSearch>, leaving?: number | null) => void;
};

export function Workspace({ phase, stage, me, search, onSearch }: Props) {
  const topic = conversationTopic(phase.id, stage);
  useTopic(phaseTopic(phase.id));
  useTopic(topic);
  const live = useLiveTurn(topic);
  const view = phase.stages.find((candidate) => candidate.stage === stage);
  const document = useShownVersion(phase.id, stage, view?.latest_version ?? null, search.version, live);
  const [pane, setPane] = useState<"left" | "right">("left");
  useShortcuts({
    r: () => onSearch({ view: "read" }),
    d: () => onSearch({ view: search.view === "diff" ? "read" : "diff" }),
    s: () => onSearch({ view: search.view === "source" ? "read" : "source" }),
  });
  if (!view) return null;
  const change = (next: Partial<DocumentSearch>) => {
    if (next.version !== null) onSearch(next);
    else follow(view.latest_version ?? null, next);
  };
  /** Shows this version without pinning it to the address, so that the next one announces itself. */
  const follow = (version: number | null, next: Partial<DocumentSearch>) => {
    const moves = search.version === null && document.shown !== version;
    document.hold(version);
    onSearch({ ...next, version: null }, moves ? document.shown : null);
  };
  const showVersion = (version: number) => {
    setPane("right");
    change({ version: version === view.latest_version ? null : version, view: "read" });
  };
  return (
    <div className="flex h-full flex-col">
      <Title phase={phase} stage={stage} />
      <Presence phaseId={phase.id} me={me} />
      <StageRail projectKey={phase.project_key} phase={phase} current={stage} />
      <PaneTabs pane={pane} onPane={setPane} />
      <Split
        id="workspace"
        label="Resize conversation"
        min={340}
        max={720}
        initial={468}
        narrow={pane}
        left={
          <Conversation
            phase={phase}
            view={view}
            live={live}
            conductorLabel={me.conductor.label}
            guided={me.conductor.mode === "guided"}
            onOpenVersion={showVersion}
            onSent={document.watch}
          />
        }
        right={
          <DocumentPane
            phase={phase}
            view={view}
            live={live}
            search={search}
            shownVersion={document.shown}
            newer={document.newer}
            watching={document.watching}
            onWatch={document.watch}
            onSearch={change}
            onSaved={(version) => follow(version, { view: "read" })}
            gate={
              <GateBar
                phase={phase}
                view={view}
                shown={document.onScreen}
                me={me}
                onShowVersion={showVersion}
              />
            }
          />
        }
      />
    </div>
  );
}

function Title({ phase, stage }: { phase: Phase; stage: Stage }) {
  const view = phase.stages.find((candidate) => candidate.stage === stage);
  const [editing, setEditing] = useState(false);
  const waits = view?.may.includes("approve_artefact") && view.state === "in_review";
  return (
    <Crumbs title={`${waits ? "(1) " : ""}${stageName(stage)} · ${phase.title}`}>
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
      {phase.my_roles.includes("sdm") && (
        <button
          type="button"
          className="btn btn-ghost btn-icon shrink-0 max-sm:hidden"
          aria-label="Change title and brief"
          onClick={() => setEditing(true)}
        >
          <PenLine size={13} aria-hidden />
        </button>
      )}
      {editing && <EditPhaseDialog phase={phase} onClose={() => setEditing(false)} />}
      <span className="sr-only">
        {stageName(stage)}: {view ? STATE_WORD[view.state] : ""}
      </span>
    </Crumbs>
  );
}

function Presence({ phaseId, me }: { phaseId: string; me: Me }) {
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

function PaneTabs({ pane, onPane }: { pane: "left" | "right"; onPane: (pane: "left" | "right") => void }) {
  return (
    <div role="group" aria-label="Pane" className="grid grid-cols-2 border-rule border-b lg:hidden">
      {(["left", "right"] as const).map((id) => (
        <button
          key={id}
          type="button"
          aria-pressed={pane === id}
          onClick={() => onPane(id)}
          className={`h-9 text-sm ${pane === id ? "border-ink border-b-2 font-medium" : "text-ink-2"}`}
        >
          {id === "left" ? "Conversation" : "Document"}
        </button>
      ))}
    </div>
  );
}
