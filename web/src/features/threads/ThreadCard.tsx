/** One thread: a remark or a change request, with its answers. What is settled folds to one line. */
import { useState } from "react";
import type { Thread } from "~/api/types";
import { ProblemNotice } from "~/components/ui/Notice";
import { When } from "~/components/ui/When";
import { anchorInWords } from "~/lib/anchors";
import { readForm } from "~/lib/form";
import { plural } from "~/lib/time";
import type { ThreadMutations } from "./useThreads";

type Props = {
  thread: Thread;
  /** Whether the text that it is about is on the page. */
  found: boolean;
  threads: ThreadMutations;
  onPoint: (thread: Thread | null) => void;
  onShow: (thread: Thread) => void;
};

export function ThreadCard({ thread, found, threads, onPoint, onShow }: Props) {
  const request = thread.change_request;
  const settled = Boolean(thread.resolved) || (Boolean(request) && request?.state !== "open");
  const [open, setOpen] = useState(!settled);
  const [answering, setAnswering] = useState(false);
  const place = anchorInWords(thread.anchor);
  const busy = threads.resolve.isPending && threads.resolve.variables === thread.id;
  return (
    <section
      aria-label={`${request ? "Change request" : "Thread"} of ${thread.by.name}`}
      onPointerEnter={() => onPoint(thread)}
      onPointerLeave={() => onPoint(null)}
      onFocus={() => onPoint(thread)}
      onBlur={() => onPoint(null)}
      className={`border-l-2 bg-paper px-2.5 py-2 text-xs ${request?.state === "open" ? "border-changes" : settled ? "border-rule" : "border-review"}`}
    >
      <header className="flex items-baseline justify-between gap-2">
        <b className="min-w-0 truncate font-medium text-ink">{thread.by.name}</b>
        <span className="shrink-0 text-2xs text-ink-3">
          {stateInWords(thread)} · v{thread.version}
        </span>
      </header>
      {place && found && (
        <button
          type="button"
          className="block max-w-full break-words text-left font-serif text-ink-2 text-sm italic hover:underline"
          onClick={() => onShow(thread)}
        >
          {place}
        </button>
      )}
      {place && !found && (
        <p className="break-words font-serif text-ink-3 text-sm italic">
          {place} <span className="font-sans text-2xs not-italic">The text is gone from this version.</span>
        </p>
      )}
      <p className={`break-words text-ink ${open ? "whitespace-pre-wrap" : "truncate"}`}>{thread.text}</p>
      {open && (
        <>
          <p className="text-2xs text-ink-3">
            <When at={thread.at} />
          </p>
          {request && <Addressed thread={thread} />}
          <Replies thread={thread} />
          {answering ? (
            <Answer thread={thread} threads={threads} onDone={() => setAnswering(false)} />
          ) : (
            <p className="mt-1 flex flex-wrap gap-x-3">
              {thread.may.includes("reply_in_thread") && (
                <button type="button" className="link" onClick={() => setAnswering(true)}>
                  Reply
                </button>
              )}
              {thread.may.includes("resolve_thread") && (
                <button
                  type="button"
                  className="link"
                  disabled={busy}
                  onClick={() => threads.resolve.mutate(thread.id, { onSuccess: () => setOpen(false) })}
                >
                  {busy ? "Settling…" : "Resolve"}
                </button>
              )}
            </p>
          )}
          {threads.resolve.variables === thread.id && <ProblemNotice error={threads.resolve.error} />}
        </>
      )}
      {settled && (
        <button type="button" className="link mt-0.5" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open
            ? "Fold"
            : `Show${thread.replies.length > 0 ? ` with ${plural(thread.replies.length, "answer")}` : ""}`}
        </button>
      )}
    </section>
  );
}

function stateInWords({ change_request: request, resolved }: Thread): string {
  if (!request) return resolved ? "resolved" : "open";
  switch (request.state) {
    case "open":
      return request.addressed ? "addressed" : "changes requested";
    case "cleared":
      return "cleared by approval";
    case "withdrawn":
      return "withdrawn";
    case "dismissed":
      return "dismissed";
    default:
      return never(request.state);
  }
}

function never(state: never): string {
  return state;
}

function Addressed({ thread }: { thread: Thread }) {
  const request = thread.change_request;
  if (!request) return null;
  if (request.dismissal) {
    return (
      <p className="mt-1 break-words text-ink-2">
        Dismissed{request.dismissal.by ? ` by ${request.dismissal.by.name}` : ""}: {request.dismissal.reason}
      </p>
    );
  }
  const latest = request.answered_in.at(-1);
  return (
    <p className="mt-1 text-ink-2">
      {latest === undefined
        ? "No version says yet that it addresses this."
        : `v${latest} says that it addresses this.`}
    </p>
  );
}

function Replies({ thread }: { thread: Thread }) {
  if (thread.replies.length === 0) return null;
  return (
    <ul aria-label="Answers" className="mt-1.5 flex flex-col gap-1.5 border-rule border-t pt-1.5">
      {thread.replies.map((reply) => (
        <li key={reply.position}>
          <p className="text-2xs text-ink-3">
            <b className="font-medium text-ink">{reply.by.name}</b> · <When at={reply.at} />
          </p>
          <p className="whitespace-pre-wrap break-words text-ink">{reply.text}</p>
        </li>
      ))}
    </ul>
  );
}

function Answer({ thread, threads, onDone }: Pick<Props, "thread" | "threads"> & { onDone: () => void }) {
  const { reply } = threads;
  return (
    <form
      className="mt-1.5"
      onSubmit={(event) =>
        reply.mutate({ id: thread.id, text: readForm(event, ["text"]).text }, { onSuccess: onDone })
      }
    >
      <textarea
        name="text"
        aria-label={`Answer to ${thread.by.name}`}
        rows={3}
        required
        maxLength={8000}
        // biome-ignore lint/a11y/noAutofocus: it opens because somebody asked to write here
        autoFocus
        className="field text-xs"
      />
      <ProblemNotice error={reply.error} />
      <div className="mt-1 flex gap-2">
        <button type="submit" className="btn btn-primary" disabled={reply.isPending}>
          {reply.isPending ? "Sending…" : "Reply"}
        </button>
        <button type="button" className="btn" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}
