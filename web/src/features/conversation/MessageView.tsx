/** One message: who said it, when, the text, the documents it wrote, what it cost, what went wrong. */
import { FilePlus2, FileSearch, Pencil } from "lucide-react";
import { memo, useState } from "react";
import type { Message, Stage } from "~/api/types";
import { Markdown } from "~/components/document/Markdown";
import { CopyButton } from "~/components/ui/CopyButton";
import { ConductorFace, Face } from "~/components/ui/Face";
import { When } from "~/components/ui/When";
import { BrokenOff, isUnfinished } from "./BrokenOff";
import { DocumentCard } from "./DocumentCard";
import { EditMessage } from "./EditMessage";
import { holdsPlainDocument, messageParts } from "./parts";
import { usageInWords } from "./usage";
import type { TurnVerbs } from "./useTurnVerbs";

type Props = {
  message: Message;
  stage: Stage;
  busy: boolean;
  /** Whether it belongs to the newest turn. */
  latest: boolean;
  mayWrite: boolean;
  mayAddVersion: boolean;
  /** Who reads. */
  me: string;
  verbs: TurnVerbs;
  onRetry: () => void;
  onInspect: () => void;
  onOpenVersion: (version: number) => void;
};

export const MessageView = memo(function MessageView({ message, ...rest }: Props) {
  const shown =
    message.author.kind === "conductor" ? (
      <Reply message={message} {...rest} />
    ) : (
      <Said message={message} {...rest} />
    );
  if (!message.replaced_by) return shown;
  return (
    <details className="mb-3 border-rule border-l-2 pl-2 text-ink-2">
      <summary className="cursor-pointer text-2xs text-ink-3">
        {message.author.kind === "conductor" ? "Reply" : "Message"} replaced; Conductor does not know it any
        more
      </summary>
      <div className="mt-2">{shown}</div>
    </details>
  );
});

function Said({ message, busy, latest, mayWrite, me, verbs }: Props) {
  const [editing, setEditing] = useState(false);
  const author = message.author.kind === "person" ? message.author : null;
  const name = author?.name ?? "Somebody";
  const mayEdit = latest && mayWrite && author?.user_id === me && !busy;
  return (
    <article className="group mb-5 flex gap-2.5" aria-label={`Message of ${name}`}>
      <Face name={name} />
      <div className="min-w-0 flex-1">
        <Who name={name} at={message.at} />
        {editing ? (
          <EditMessage
            text={message.text}
            busy={busy || verbs.busy}
            onSend={(text) => verbs.edit(message.turn_id, text)}
            onClose={() => setEditing(false)}
          />
        ) : (
          <p className="mt-0.5 whitespace-pre-wrap break-words text-base">{message.text}</p>
        )}
        {mayEdit && !editing && (
          <button
            type="button"
            className="mt-0.5 inline-flex h-6 items-center gap-1 rounded-xs px-1.5 text-2xs text-ink-3 hover:bg-well hover:text-ink"
            onClick={() => setEditing(true)}
          >
            <Pencil size={12} aria-hidden />
            Say it differently
          </button>
        )}
      </div>
    </article>
  );
}

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

function Reply(props: Props) {
  const { message, stage, busy, latest, mayWrite, mayAddVersion, verbs, onRetry, onInspect, onOpenVersion } =
    props;
  const parts = messageParts(message);
  const guided = message.generated_by?.adapter === "guided";
  const replaced = Boolean(message.replaced_by);
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
        {isUnfinished(message) && !replaced && (
          <BrokenOff
            message={message}
            busy={busy || verbs.busy}
            onRetry={onRetry}
            onContinue={latest && mayWrite ? () => verbs.goOn(message.turn_id) : null}
            onKeep={mayAddVersion ? verbs.keepAsDraft : null}
          />
        )}
        <div className="mt-1 flex flex-wrap items-center gap-x-1 text-2xs text-ink-3">
          <CopyButton text={message.text} label="Copy reply" />
          {mayAddVersion && !replaced && message.state !== "streaming" && holdsPlainDocument(message) && (
            <button
              type="button"
              className="inline-flex h-6 items-center gap-1 rounded-xs px-1.5 hover:bg-well hover:text-ink"
              disabled={verbs.busy}
              onClick={() => verbs.extract(message.turn_id)}
            >
              <FilePlus2 size={13} aria-hidden />
              Save as document
            </button>
          )}
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
