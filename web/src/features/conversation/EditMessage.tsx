/** One's own last message, to be said differently: the reply to it is replaced. */
import { type FormEvent, useEffect, useRef, useState } from "react";

type Props = { text: string; busy: boolean; onSend: (text: string) => Promise<boolean>; onClose: () => void };

export function EditMessage({ text, busy, onSend, onClose }: Props) {
  const [draft, setDraft] = useState(text);
  const area = useRef<HTMLTextAreaElement>(null);
  useEffect(() => area.current?.focus(), []);
  const submit = async (event?: FormEvent) => {
    event?.preventDefault();
    const message = draft.trim();
    if (!message || busy || message === text.trim()) return;
    if (await onSend(message)) onClose();
  };
  return (
    <form onSubmit={submit} className="mt-1 rounded-md border border-accent bg-sheet p-2">
      <textarea
        ref={area}
        rows={3}
        value={draft}
        aria-label="Say it differently"
        maxLength={32_000}
        className="block w-full resize-y bg-transparent px-1 text-base outline-none"
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Escape") onClose();
          if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
          event.preventDefault();
          void submit();
        }}
      />
      <div className="mt-1 flex flex-wrap items-center gap-2 text-2xs text-ink-3">
        <span className="min-w-0 flex-1 px-1">
          Conductor forgets the old message and its reply. Both stay here, and so do the versions that it
          wrote.
        </span>
        <button type="button" className="btn" onClick={onClose}>
          Cancel
        </button>
        <button
          type="submit"
          className="btn btn-primary"
          disabled={busy || draft.trim() === "" || draft.trim() === text.trim()}
        >
          Send instead
        </button>
      </div>
    </form>
  );
}
