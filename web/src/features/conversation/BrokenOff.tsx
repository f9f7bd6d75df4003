/** A reply that is not whole: why, and what can be done with it. */
import { FilePen, Forward, RotateCcw } from "lucide-react";
import type { Message } from "~/api/types";

type Props = {
  message: Message;
  busy: boolean;
  onRetry: () => void;
  onContinue: (() => void) | null;
  onKeep: ((version: number) => void) | null;
};

const UNFINISHED: readonly Message["state"][] = ["failed", "interrupted", "stopped"];

export const isUnfinished = (message: Message): boolean =>
  UNFINISHED.includes(message.state) || message.broke_off === true;

export function BrokenOff({ message, busy, onRetry, onContinue, onKeep }: Props) {
  const mayRetry = UNFINISHED.includes(message.state) && (message.failure?.retryable ?? true);
  const cut = message.documents?.findLast((document) => document.state === "incomplete")?.version ?? null;
  return (
    <div role="note" className="mt-2 border-changes border-l-2 pl-2.5 text-xs">
      <p className="text-ink">{message.failure?.detail ?? why(message)}</p>
      <div className="mt-1.5 flex flex-wrap gap-1.5 empty:hidden">
        {onContinue && message.broke_off && (
          <button type="button" className="btn" disabled={busy} onClick={onContinue}>
            <Forward size={13} aria-hidden />
            Continue
          </button>
        )}
        {mayRetry && (
          <button type="button" className="btn" disabled={busy} onClick={onRetry}>
            <RotateCcw size={13} aria-hidden />
            Retry
          </button>
        )}
        {onKeep && cut !== null && (
          <button type="button" className="btn" disabled={busy} onClick={() => onKeep(cut)}>
            <FilePen size={13} aria-hidden />
            Keep as draft
          </button>
        )}
      </div>
    </div>
  );
}

function why(message: Message): string {
  if (message.state === "stopped") return "Stopped. What had arrived is kept.";
  if (message.state === "completed") return "The reply reached its length limit before it was whole.";
  return "The reply broke off. What had arrived is kept.";
}
