/** The stories stage of a phase: rail, review, gate. The review takes the place of conversation and document. */
import type { Me, Phase, StageView } from "~/api/types";
import { Locked } from "~/features/artefacts/DocumentStates";
import { Conversation } from "~/features/conversation/Conversation";
import { GateBar } from "~/features/phases/gate/GateBar";
import { PhaseStatusLine } from "~/features/phases/PhaseStatusLine";
import { StageRail } from "~/features/phases/StageRail";
import { type ReviewSearch, StoryReview } from "~/features/review/StoryReview";
import { useTopic } from "~/live/connection";
import { conversationTopic, phaseTopic } from "~/live/frames";
import { useLiveTurn } from "~/live/store";
import { Presence, Title } from "./PhaseHeader";

type Props = {
  phase: Phase;
  view: StageView;
  me: Me;
  search: ReviewSearch;
  onSearch: (change: Partial<ReviewSearch>) => void;
};

export function StoriesWorkspace({ phase, view, me, search, onSearch }: Props) {
  const topic = conversationTopic(phase.id, view.stage);
  useTopic(phaseTopic(phase.id));
  useTopic(topic);
  const live = useLiveTurn(topic);
  return (
    <div className="flex h-full flex-col">
      <Title phase={phase} stage={view.stage} />
      <Presence phaseId={phase.id} me={me} />
      <StageRail projectKey={phase.project_key} phase={phase} current={view.stage} />
      <PhaseStatusLine phase={phase} />
      <StoryReview
        phase={phase}
        me={me}
        search={search}
        onSearch={onSearch}
        locked={view.state === "locked" ? <Locked phase={phase} view={view} /> : null}
        gate={<GateBar phase={phase} view={view} shown={null} me={me} onShowVersion={() => undefined} />}
        conversation={
          <Conversation
            phase={phase}
            view={view}
            live={live}
            conductorLabel={me.conductor.label}
            guided={me.conductor.mode === "guided"}
            me={me.user_id}
            onOpenVersion={() => undefined}
            onSent={() => undefined}
          />
        }
      />
    </div>
  );
}
