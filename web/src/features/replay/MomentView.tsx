/** The phase as it was: its stages with their gates, and of one of them the document, the conversation, the decisions. */
import type { Moment, MomentStage } from "~/api/replay";
import type { Stage } from "~/api/types";
import { Markdown } from "~/components/document/Markdown";
import { Barline, GateIcon, StageMark } from "~/components/ui/Gate";
import { PaneTabs } from "~/components/ui/PaneTabs";
import { When } from "~/components/ui/When";
import { ROLE_WORD, STATE_WORD, stageName } from "~/lib/stages";
import { plural } from "~/lib/time";
import type { Pane } from "./search";

type Props = {
  moment: Moment;
  stage: Stage;
  pane: Pane;
  onStage: (stage: Stage) => void;
  onPane: (pane: Pane) => void;
};

export function MomentView({ moment, stage, pane, onStage, onPane }: Props) {
  const view = moment.stages.find((candidate) => candidate.stage === stage);
  const turns = moment.conversations.find((conversation) => conversation.stage === stage)?.turns ?? 0;
  const panes = [
    { id: "document" as const, name: stage === "stories" ? "Stories" : "Document" },
    { id: "conversation" as const, name: "Conversation", note: turns > 0 ? String(turns) : undefined },
    { id: "decisions" as const, name: "Decisions" },
  ];
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Rail stages={moment.stages} stage={stage} onStage={onStage} />
      <PaneTabs label="What is shown of the stage" panes={panes} pane={pane} onPane={onPane} />
      <section
        aria-label={`${stageName(stage)} as it was`}
        tabIndex={0}
        className="fine-scroll min-h-0 flex-1 overflow-y-auto px-5 py-4 outline-offset-[-3px]"
      >
        {pane === "document" && <Shown moment={moment} stage={stage} />}
        {pane === "conversation" && <Said moment={moment} stage={stage} />}
        {pane === "decisions" && view && <Decisions view={view} moment={moment} />}
      </section>
    </div>
  );
}

function Rail({
  stages,
  stage,
  onStage,
}: {
  stages: MomentStage[];
  stage: Stage;
  onStage: (stage: Stage) => void;
}) {
  return (
    <div
      role="group"
      aria-label="Stages and gates"
      className="fine-scroll flex h-[58px] shrink-0 overflow-x-auto overflow-y-hidden border-rule border-b"
    >
      {stages.map((view) => (
        <button
          key={view.stage}
          type="button"
          data-state={view.state}
          aria-pressed={view.stage === stage}
          onClick={() => onStage(view.stage)}
          className={`gate relative flex min-w-[200px] flex-1 items-stretch gap-3 pl-4 text-left outline-offset-[-3px] ${view.stage === stage ? "bg-sheet" : "hover:bg-sheet"}`}
        >
          <span className="my-auto">
            <StageMark stage={view.stage} strong={view.stage === stage} />
          </span>
          <span className="my-auto min-w-0 flex-1">
            <span className="flex items-center gap-1.5">
              <span className="truncate font-medium">{stageName(view.stage)}</span>
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
        </button>
      ))}
    </div>
  );
}

const Nothing = ({ children }: { children: string }) => <p className="text-ink-3 text-sm">{children}</p>;

function Shown({ moment, stage }: { moment: Moment; stage: Stage }) {
  if (stage === "stories") return <Stories moment={moment} />;
  const artefact = moment.artefacts.find((candidate) => candidate.stage === stage);
  if (!artefact) return <Nothing>There was no document yet.</Nothing>;
  return (
    <>
      <p className="num mb-3 text-2xs text-ink-3">
        v{artefact.version} · <When at={artefact.created_at} /> ·{" "}
        <span className="mono">{artefact.content_hash.slice(0, 12)}</span>
      </p>
      <Markdown text={artefact.markdown} />
    </>
  );
}

function Stories({ moment }: { moment: Moment }) {
  if (moment.proposals.length + moment.stories.length === 0)
    return <Nothing>There were no stories yet.</Nothing>;
  return (
    <>
      <p className="mb-2 text-ink-3 text-sm">
        {plural(moment.proposals.length, "proposal")}, {plural(moment.stories.length, "story", "stories")} in
        the backlog
      </p>
      <ul className="divide-y divide-rule">
        {moment.proposals.map((proposal) => {
          const story = moment.stories.find((candidate) => candidate.id === proposal.story_id);
          return (
            <li key={proposal.id} className="flex items-baseline gap-2 py-1.5 text-sm">
              <span className="mono w-16 shrink-0 text-2xs text-ink-3">{story?.key ?? "–"}</span>
              <span className="min-w-0 flex-1 break-words">{proposal.title}</span>
              <span className="shrink-0 text-2xs text-ink-2">{proposal.status}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function Said({ moment, stage }: { moment: Moment; stage: Stage }) {
  const conversation = moment.conversations.find((candidate) => candidate.stage === stage);
  if (!conversation) return <Nothing>Nothing was said here yet.</Nothing>;
  const hidden = conversation.turns - conversation.items.length / 2;
  return (
    <ol className="space-y-3">
      {hidden > 0 && <li className="text-2xs text-ink-3">{plural(hidden, "earlier turn")} not shown</li>}
      {conversation.items
        .filter((message) => message.text !== "")
        .map((message) => (
          <li key={message.id} className="border-rule border-l-2 pl-3">
            <p className="text-2xs text-ink-3">
              <b className="font-medium text-ink-2">
                {message.author.kind === "person" ? message.author.name : "Conductor"}
              </b>{" "}
              <When at={message.at} />
            </p>
            {message.parts.map((part, index) =>
              part.kind === "text" ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: parts of a message of then do not move
                <Markdown key={index} text={part.text} className="doc chat-text" />
              ) : (
                // biome-ignore lint/suspicious/noArrayIndexKey: parts of a message of then do not move
                <p key={index} className="text-ink-2 text-sm">
                  Document: {part.title}
                </p>
              ),
            )}
          </li>
        ))}
    </ol>
  );
}

function Decisions({ view, moment }: { view: MomentStage; moment: Moment }) {
  return (
    <div className="space-y-4 text-sm">
      <div>
        <h2 className="mb-1 font-medium">Approvals</h2>
        {view.approvals.length === 0 && <Nothing>None yet.</Nothing>}
        <ul>
          {view.approvals.map((approval) => (
            <li key={`${approval.by.user_id} ${approval.at}`} className="py-1">
              v{approval.version} by {approval.by.name} as {ROLE_WORD[approval.role]},{" "}
              <When at={approval.at} />
              {!approval.counts && <span className="text-ink-3"> (no longer counted)</span>}
              {approval.note && <span className="block text-ink-2">{approval.note}</span>}
            </li>
          ))}
        </ul>
      </div>
      <div>
        <h2 className="mb-1 font-medium">Change requests</h2>
        {view.change_requests.length === 0 && <Nothing>None yet.</Nothing>}
        <ul>
          {view.change_requests.map((request) => (
            <li key={request.id} className="py-1">
              v{request.version} by {request.by.name}, <When at={request.at} /> ({request.state})
              <span className="block text-ink-2">{request.reason}</span>
            </li>
          ))}
        </ul>
      </div>
      <div>
        <h2 className="mb-1 font-medium">Members then</h2>
        <ul>
          {moment.members.map((member) => (
            <li key={member.user_id}>
              {member.name}: {member.roles.map((role) => ROLE_WORD[role]).join(", ")}
            </li>
          ))}
        </ul>
      </div>
    </div>
  );
}
