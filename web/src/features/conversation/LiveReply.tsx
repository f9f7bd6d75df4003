/** The reply that is being written, straight from the live store. */
import type { MessageDocument, Stage } from "~/api/types";
import { Markdown } from "~/components/document/Markdown";
import { ConductorFace } from "~/components/ui/Face";
import { isRunning, type LivePart, type LiveTurn } from "~/live/turn";
import { DocumentCard } from "./DocumentCard";

const STATE: Record<LiveTurn["state"], string> = {
  queued: "about to answer",
  streaming: "writing",
  stopping: "stopping",
  retrying: "trying again",
  completed: "just now",
  stopped: "stopped",
  failed: "failed",
  interrupted: "interrupted",
};

type Props = { turn: LiveTurn; stage: Stage; onOpenVersion: (version: number) => void };

export function LiveReply({ turn, stage, onOpenVersion }: Props) {
  const running = isRunning(turn);
  const last = turn.parts.length - 1;
  return (
    <article className="mb-5 flex gap-2.5" aria-label="Reply of Conductor" aria-busy={running}>
      <ConductorFace />
      <div className="min-w-0 flex-1">
        <p className="flex items-baseline gap-2">
          <b className="font-medium text-sm">Conductor</b>
          <span className="text-2xs text-ink-3">
            {STATE[turn.state]}
            {turn.detail && ` · ${turn.detail}`}
          </span>
        </p>
        {turn.parts.map((part, index) => (
          <Part
            // biome-ignore lint/suspicious/noArrayIndexKey: a part is its number in the reply
            key={index}
            part={part}
            stage={stage}
            growing={running && index === last}
            onOpenVersion={onOpenVersion}
          />
        ))}
        {running && turn.parts.length === 0 && <span className="caret" />}
      </div>
    </article>
  );
}

type PartProps = { part: LivePart; stage: Stage; growing: boolean; onOpenVersion: (version: number) => void };

function Part({ part, stage, growing, onOpenVersion }: PartProps) {
  if (part.kind === "text") {
    return (
      <Markdown text={part.text} streaming={growing} className={`doc chat-text ${growing ? "caret" : ""}`} />
    );
  }
  const document: MessageDocument | null = part.saved
    ? {
        title: part.title,
        stage: part.stage ?? stage,
        version: part.saved.version,
        content_hash: part.saved.contentHash,
        state: "saved",
      }
    : null;
  return (
    <DocumentCard
      title={part.title}
      stage={stage}
      document={document}
      onOpen={onOpenVersion}
      {...(document ? {} : { growing: part.text })}
    />
  );
}
