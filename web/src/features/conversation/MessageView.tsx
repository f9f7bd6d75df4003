/** One message: who said it, when, the text, the documents it wrote, what it cost, what went wrong. */
import { FileSearch, RotateCcw } from "lucide-react";
import { memo } from "react";
import type { Message, Stage } from "~/api/types";
import { Markdown } from "~/components/document/Markdown";
import { CopyButton } from "~/components/ui/CopyButton";
import { ConductorFace, Face } from "~/components/ui/Face";
import { When } from "~/components/ui/When";
import { DocumentCard } from "./DocumentCard";
import { messageParts } from "./parts";
import { usageInWords } from "./usage";

type Props = {
  message: Message;
  stage: Stage;
  busy: boolean;
  onRetry: () => void;
  onInspect: () => void;
  onOpenVersion: (version: number) => void;
};

export const MessageView = memo(function MessageView({ message, ...rest }: Props) {
  if (message.author.kind === "conductor") return <Reply message={message} {...rest} />;
  const name = message.author.name ?? "Somebody";
  return (
    <article className="mb-5 flex gap-2.5" aria-label={`Message of ${name}`}>
      <Face name={name} />
      <div className="min-w-0 flex-1">
        <Who name={name} at={message.at} />
        <p className="mt-0.5 whitespace-pre-wrap break-words text-base">{message.text}</p>
      </div>
    </article>
  );
});

function Who({ name, at, note }: { name: string; at: string; note?: string }) {
  return (
    <p className="flex flex-wrap items-baseline gap-x-2">
      <b className="font-medium text-sm">{name}</b>
      <span className="text-2xs text-ink-3">
        <When at={at} />
        {note && ` · ${note}`}
      </span>
    </p>
  );
}

const STATE_NOTE: Partial<Record<Message["state"], string>> = {
  stopped: "stopped",
  failed: "failed",
  interrupted: "interrupted",
};

function Reply({ message, stage, busy, onRetry, onInspect, onOpenVersion }: Props) {
  const parts = messageParts(message);
  const guided = message.generated_by?.adapter === "guided";
  const unfinished =
    message.state === "failed" || message.state === "interrupted" || message.state === "stopped";
  const mayRetry = unfinished && (message.failure?.retryable ?? true);
  const note = [STATE_NOTE[message.state], guided ? "guided" : message.generated_by?.model]
    .filter(Boolean)
    .join(" · ");
  return (
    <article className="mb-5 flex gap-2.5" aria-label="Reply of Conductor">
      <ConductorFace />
      <div className="min-w-0 flex-1">
        <Who name="Conductor" at={message.at} note={note} />
        {parts.map((part) =>
          part.kind === "text" ? (
            <Markdown key={part.key} text={part.text} className="doc chat-text" />
          ) : (
            <DocumentCard
              key={part.key}
              title={part.title}
              document={part.document}
              stage={stage}
              onOpen={onOpenVersion}
            />
          ),
        )}
        {unfinished && (
          <div role="note" className="mt-2 border-changes border-l-2 pl-2.5 text-xs">
            <p className="text-ink">
              {message.failure?.detail ??
                (message.state === "stopped"
                  ? "Stopped. What had arrived is kept."
                  : "The reply broke off. What had arrived is kept.")}
            </p>
            {mayRetry && (
              <button type="button" className="btn mt-1.5" disabled={busy} onClick={onRetry}>
                <RotateCcw size={13} aria-hidden />
                Retry
              </button>
            )}
          </div>
        )}
        <div className="mt-1 flex flex-wrap items-center gap-x-1 text-2xs text-ink-3">
          <CopyButton text={message.text} label="Copy reply" />
          <button
            type="button"
            className="inline-flex h-6 items-center gap-1 rounded-xs px-1.5 hover:bg-well hover:text-ink"
            onClick={onInspect}
            title="What Conductor was given for this reply"
          >
            <FileSearch size={13} aria-hidden />
            <span className="num">{usageInWords(message.usage ?? null) ?? "What Conductor was given"}</span>
            <span className="sr-only">: what Conductor was given</span>
          </button>
        </div>
      </div>
    </article>
  );
}
