/** The conversation of a stage: messages, the reply being written, and the composer. */
import { useInfiniteQuery } from "@tanstack/react-query";
import { ArrowDown } from "lucide-react";
import { useMemo, useState } from "react";
import { messagesQuery } from "~/api/queries";
import type { Message, Phase, Stage, StageView } from "~/api/types";
import { ConductorFace, Face } from "~/components/ui/Face";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { isRunning, type LiveTurn } from "~/live/turn";
import { Composer } from "./Composer";
import { ContextInspector } from "./ContextInspector";
import { LiveReply } from "./LiveReply";
import { MessageView } from "./MessageView";
import { SuggestedAnswers } from "./SuggestedAnswers";
import { shownLive, splitLive } from "./timeline";
import { useStickToEnd } from "./useStickToEnd";
import { useTurn } from "./useTurn";
import { useTurnVerbs } from "./useTurnVerbs";
import { QueuedMessage, ReturnedMessage } from "./WaitingMessage";

type Props = {
  phase: Phase;
  view: StageView;
  live: LiveTurn | null;
  conductorLabel: string;
  guided: boolean;
  /** Who reads. */
  me: string;
  onOpenVersion: (version: number) => void;
  onSent: () => void;
};

export function Conversation(props: Props) {
  const { phase, view, live, conductorLabel, guided, me, onOpenVersion, onSent } = props;
  const place = { phaseId: phase.id, stage: view.stage };
  const pages = useInfiniteQuery(messagesQuery(phase.id, view.stage));
  const messages = useMemo<Message[]>(
    () => (pages.data?.pages ?? []).toReversed().flatMap((page) => page.items),
    [pages.data],
  );
  const turn = useTurn(place);
  const verbs = useTurnVerbs(place);
  const [reused, setReused] = useState<string | null>(null);
  const queued = pages.data?.pages[0]?.queued ?? null;
  const returned = pages.data?.pages[0]?.returned ?? null;
  const mayWrite = view.may.includes("post_message");
  const writing = shownLive(messages, live);
  const settled = splitLive(messages, writing);
  const [inspected, setInspected] = useState<string | null>(null);
  const end = useStickToEnd([messages.length, writing, turn.sending]);
  const running = isRunning(live) || messages.some((message) => message.state === "streaming");
  const runningTurn =
    live?.turnId ?? messages.findLast((message) => message.state === "streaming")?.turn_id ?? null;
  const last = settled.at(-1);
  const latestTurn = messages.at(-1)?.turn_id ?? null;
  const send = (text: string) => {
    end.stick();
    onSent();
    return turn.send(text);
  };
  return (
    <section aria-label="Conversation with Conductor" className="relative flex h-full flex-col">
      <div
        ref={end.box}
        onScroll={end.onScroll}
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label="Messages"
        className="fine-scroll min-h-0 flex-1 overflow-y-auto px-4 py-4"
      >
        {pages.hasNextPage && (
          <div className="mb-4 text-center">
            <button
              type="button"
              className="btn"
              disabled={pages.isFetchingNextPage}
              onClick={() => pages.fetchNextPage()}
            >
              {pages.isFetchingNextPage ? "Loading…" : "Earlier messages"}
            </button>
          </div>
        )}
        {!pages.hasNextPage && view === phase.stages[0] && <Brief phase={phase} />}
        {pages.isPending && <Skeleton lines={5} />}
        <ProblemNotice error={pages.error} />
        {pages.data && messages.length === 0 && !writing && !turn.sending && (
          <Opening phase={phase} view={view} label={conductorLabel} />
        )}
        {settled.map((message) => (
          <MessageView
            key={message.id}
            message={message}
            stage={view.stage}
            busy={running || queued !== null}
            latest={message.turn_id === latestTurn}
            mayWrite={mayWrite}
            mayAddVersion={view.may.includes("add_artefact_version")}
            me={me}
            verbs={verbs}
            onRetry={() => turn.retry(message.turn_id)}
            onInspect={() => setInspected(message.turn_id)}
            onOpenVersion={onOpenVersion}
          />
        ))}
        {turn.sending && !running && <PendingMessage text={turn.sending} />}
        {writing && <LiveReply turn={writing} stage={view.stage} onOpenVersion={onOpenVersion} />}
        {turn.sending && !writing && <Thinking />}
        <ProblemNotice error={turn.failure ?? verbs.failure} />
      </div>
      {!end.stuck && (
        <button
          type="button"
          className="btn absolute bottom-36 left-1/2 z-10 -translate-x-1/2 shadow-md"
          onClick={end.stick}
        >
          <ArrowDown size={13} aria-hidden />
          Latest
        </button>
      )}
      {!running && last?.suggestions && last.suggestions.length > 0 && (
        <SuggestedAnswers answers={last.suggestions} disabled={turn.sending !== null} onPick={send} />
      )}
      {queued && (
        <QueuedMessage
          message={queued}
          mine={queued.author.user_id === me}
          onCancel={async () => {
            const mine = queued.author.user_id === me;
            if ((await verbs.cancelQueued()) && mine) setReused(queued.text);
          }}
        />
      )}
      {returned && !queued && <ReturnedMessage message={returned} onReuse={mayWrite ? setReused : null} />}
      <Composer
        queued={queued !== null}
        reused={reused}
        onReused={() => setReused(null)}
        place={place}
        view={view}
        running={running}
        sending={turn.sending !== null}
        stopping={turn.stopping || live?.state === "stopping"}
        label={guided ? conductorLabel : null}
        onSend={send}
        onStop={() => runningTurn && turn.stop(runningTurn)}
      />
      <p role="status" className="sr-only">
        {running ? "Conductor is writing" : last?.author.kind === "conductor" ? "Conductor has answered" : ""}
      </p>
      {inspected && <ContextInspector place={place} turnId={inspected} onClose={() => setInspected(null)} />}
    </section>
  );
}

/** What the phase was opened with; Conductor has it before the first message. */
function Brief({ phase }: { phase: Phase }) {
  if (phase.brief.trim() === "") return null;
  const name = phase.opened_by?.name ?? "Former user";
  return (
    <article className="mb-5 flex gap-2.5" aria-label={`Brief of ${name}`}>
      <Face name={name} />
      <div className="min-w-0 flex-1 border-rule border-l-2 pl-3">
        <p className="eyebrow">Brief</p>
        <p className="mt-0.5 whitespace-pre-wrap break-words text-base">{phase.brief}</p>
      </div>
    </article>
  );
}

const OPENING: Record<Stage, string> = {
  requirements:
    "Say what this phase is for, in your own words. Conductor asks what is missing, then writes the document beside this conversation.",
  technical_analysis:
    "A place to think the analysis through with Conductor; the document itself is written against the repository and submitted here.",
  architecture:
    "Say how you would build it. Conductor knows the approved requirements and analysis, asks what is open, then writes the document beside this conversation.",
  stories: "Ask Conductor about the stories it proposes; it knows what they come from.",
  scoping:
    "Say what is to be done. Conductor asks what is missing, and may write a one-page note beside this conversation.",
};

function Opening({ phase, view, label }: { phase: Phase; view: StageView; label: string }) {
  const locked = view.state === "locked";
  return (
    <div className="flex gap-2.5">
      <ConductorFace />
      <div className="min-w-0 flex-1">
        <p className="text-ink-2">
          {locked ? "This conversation opens when the stage is unlocked." : OPENING[view.stage]}
          {phase.promoted_from === "light" &&
            view.stage === "requirements" &&
            " It has the scoping conversation and its note."}
        </p>
        <p className="mt-1 text-2xs text-ink-3">{label}</p>
      </div>
    </div>
  );
}

function PendingMessage({ text }: { text: string }) {
  return (
    <div className="mb-4 pl-[34px] text-ink-3">
      <p className="whitespace-pre-wrap break-words">{text}</p>
      <p className="text-2xs">Sending…</p>
    </div>
  );
}

function Thinking() {
  return (
    <div className="mb-4 flex gap-2.5">
      <ConductorFace />
      <span className="caret pt-0.5" />
    </div>
  );
}
