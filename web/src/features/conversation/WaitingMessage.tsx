/** The message that waits for the reply to end, for everybody to see; and one's own that could not be sent. */
import { Clock, CornerUpLeft, X } from "lucide-react";
import type { WaitingMessage } from "~/api/types";
import { CopyButton } from "~/components/ui/CopyButton";

type QueuedProps = { message: WaitingMessage; mine: boolean; onCancel: () => void };

export function QueuedMessage({ message, mine, onCancel }: QueuedProps) {
  const who = mine ? "Your message" : `${message.author.name}’s message`;
  return (
    <section
      aria-label="Waiting message"
      className="mx-3 mb-2 flex items-start gap-2 rounded-sm border border-rule-2 border-dashed bg-well px-3 py-2 text-xs"
    >
      <Clock size={14} className="mt-0.5 shrink-0 text-ink-3" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="text-2xs text-ink-2">{who} waits for the reply to end; then it is sent.</p>
        <p className="fine-scroll max-h-20 overflow-y-auto whitespace-pre-wrap break-words">{message.text}</p>
      </div>
      {message.may_cancel && (
        <button type="button" className="btn btn-ghost -my-1" onClick={onCancel}>
          <X size={13} aria-hidden />
          {mine ? "Take back" : "Remove"}
        </button>
      )}
    </section>
  );
}

type ReturnedProps = { message: WaitingMessage; onReuse: ((text: string) => void) | null };

export function ReturnedMessage({ message, onReuse }: ReturnedProps) {
  return (
    <section
      aria-label="Message that was not sent"
      className="mx-3 mb-2 rounded-sm border border-changes/40 bg-changes-soft px-3 py-2 text-xs"
    >
      <p className="font-medium text-ink">{message.reason}</p>
      <p className="fine-scroll mt-1 max-h-20 overflow-y-auto whitespace-pre-wrap break-words text-ink-2">
        {message.text}
      </p>
      <p className="mt-1 flex items-center gap-1">
        <CopyButton text={message.text} label="Copy message" />
        {onReuse && (
          <button type="button" className="btn btn-ghost" onClick={() => onReuse(message.text)}>
            <CornerUpLeft size={13} aria-hidden />
            Write it again
          </button>
        )}
      </p>
    </section>
  );
}
