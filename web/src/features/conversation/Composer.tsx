/** Where a person writes. The draft survives a reload; who may not write is told why. */
import { ArrowUp, Layers, Lock, Square } from "lucide-react";
import { type FormEvent, useEffect, useRef, useState } from "react";
import type { Stage, StageView } from "~/api/types";
import { stageName } from "~/lib/stages";
import { recall, remember } from "~/lib/storage";
import { NextContextInspector } from "./ContextInspector";

type Props = {
  place: { phaseId: string; stage: Stage };
  view: StageView;
  running: boolean;
  /** Whether a message waits already for the reply to end: then there is no room for another. */
  queued?: boolean;
  /** Words that come back to be written again. */
  reused?: string | null;
  onReused?: () => void;
  sending: boolean;
  stopping: boolean;
  /** The guided-mode label, shown under the text so that nobody mistakes it for a model. */
  label: string | null;
  onSend: (text: string) => Promise<boolean>;
  onStop: () => void;
};

export function Composer(props: Props) {
  const { place, view, running, queued = false, reused = null, onReused } = props;
  const { sending, stopping, label, onSend, onStop } = props;
  const key = `draft.${place.phaseId}.${place.stage}`;
  const [text, setText] = useState(() => recall(key) ?? "");
  const [inspecting, setInspecting] = useState(false);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => remember(key, text || null), [key, text]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the height follows the text
  useEffect(() => {
    const element = area.current;
    if (!element) return;
    element.style.height = "auto";
    element.style.height = `${Math.min(element.scrollHeight, 220)}px`;
  }, [text]);

  useEffect(() => {
    if (reused === null) return;
    setText((typed) => (typed.trim() ? `${typed}\n\n${reused}` : reused));
    onReused?.();
    area.current?.focus();
  }, [reused, onReused]);

  if (!view.may.includes("post_message")) return <Closed view={view} />;

  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    const message = text.trim();
    if (!message || queued || sending) return;
    setText("");
    // Refused or lost: the words come back, they are never gone.
    if (!(await onSend(message))) setText((typed) => typed || message);
  };
  return (
    <form
      className="m-3 mt-0 rounded-md border border-rule-2 bg-sheet p-2 focus-within:border-accent"
      onSubmit={submit}
    >
      <textarea
        ref={area}
        rows={2}
        value={text}
        aria-label="Message Conductor"
        placeholder={running ? WHILE_WRITING : "Ask, correct, or give Conductor a decision"}
        maxLength={32_000}
        className="block w-full resize-none bg-transparent px-1 text-base outline-none"
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          void submit();
        }}
      />
      <div className="mt-1 flex items-center gap-2 text-2xs text-ink-3">
        <span className="min-w-0 flex-1 px-1 leading-3.5">
          {queued ? "One message waits already; there is room for one" : hint(running, label)}
        </span>
        <button
          type="button"
          className="btn btn-ghost btn-icon"
          aria-label="What Conductor would be given"
          title="What Conductor would be given"
          onClick={() => setInspecting(true)}
        >
          <Layers size={14} aria-hidden />
        </button>
        {running && (
          // Keyed apart: a click meant for Stop must never land on the Send beside it.
          <button key="stop" type="button" className="btn" disabled={stopping} onClick={onStop}>
            <Square size={11} fill="currentColor" aria-hidden />
            {stopping ? "Stopping…" : "Stop"}
          </button>
        )}
        {(!running || text.trim() !== "") && (
          <button
            key="send"
            type="submit"
            className="btn btn-primary"
            aria-label={running ? "Send when the reply has ended" : "Send"}
            disabled={sending || queued || text.trim() === ""}
          >
            <ArrowUp size={14} aria-hidden />
          </button>
        )}
      </div>
      {inspecting && (
        <NextContextInspector place={place} text={text.trim()} onClose={() => setInspecting(false)} />
      )}
    </form>
  );
}

const WHILE_WRITING = "Conductor is writing… what you send now waits for the end";

const hint = (running: boolean, label: string | null): string =>
  running
    ? "Enter leaves it waiting for the reply to end"
    : (label ?? "Enter sends, Shift+Enter starts a new line");

function Closed({ view }: { view: StageView }) {
  const reason = view.may_not.find((denied) => denied.verb === "post_message")?.reason;
  const needs = view.blocked_by.map((block) => `${stageName(block.stage)}: ${block.needs}`).join(" · ");
  return (
    <p className="m-3 mt-0 flex items-start gap-2 rounded-md border border-rule bg-well px-3 py-2.5 text-ink-2 text-xs">
      <Lock size={14} className="mt-0.5 shrink-0 text-ink-3" aria-hidden />
      <span>{reason ?? (needs || "You can read this conversation; you can't write in it.")}</span>
    </p>
  );
}
