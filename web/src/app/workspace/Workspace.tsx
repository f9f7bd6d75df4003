/**
 * The phase workspace: stage rail, conversation, living document, gate. It only joins the features;
 * which version is on screen is decided in useShownVersion, because approving depends on it.
 */
import { useState } from "react";
import type { Me, Phase, Stage } from "~/api/types";
import { PaneTabs } from "~/components/ui/PaneTabs";
import { Split } from "~/components/ui/Split";
import { DocumentPane, type DocumentSearch } from "~/features/artefacts/DocumentPane";
import { Conversation } from "~/features/conversation/Conversation";
import { GateBar } from "~/features/phases/gate/GateBar";
import { PhaseStatusLine } from "~/features/phases/PhaseStatusLine";
import { StageRail } from "~/features/phases/StageRail";
import { useShortcuts } from "~/lib/shortcuts";
import { useTopic } from "~/live/connection";
import { conversationTopic, phaseTopic } from "~/live/frames";
import { useLiveTurn } from "~/live/store";
import { Beside } from "./Beside";
import { Presence, Title } from "./PhaseHeader";
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
      <PhaseStatusLine phase={phase} />
      <PaneTabs label="Pane" className="lg:hidden" panes={PANES} pane={pane} onPane={setPane} />
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
            me={me.user_id}
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
            me={me}
            onSaved={(version) => follow(version, { view: "read" })}
            annotate={(version, text) => (
              <Beside phase={phase} view={view} version={version}>
                {text}
              </Beside>
            )}
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

const PANES = [
  { id: "left", name: "Conversation" },
  { id: "right", name: "Document" },
] as const;
