/** The gate's marks, the same everywhere: icon, word, barline. The sentence of evidence comes from the server. */
import { Check, ChevronsRight, Eye, Lock, MessageSquareWarning, PenLine, TriangleAlert } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { GateState, Stage } from "~/api/types";
import { STAGE, STATE_WORD } from "~/lib/stages";

const ICON = {
  locked: Lock,
  open: PenLine,
  in_review: Eye,
  changes_requested: MessageSquareWarning,
  approved: Check,
  passed: ChevronsRight,
  stale: TriangleAlert,
} as const satisfies Record<GateState, typeof Lock>;

export function GateIcon({ state, size = 14 }: { state: GateState; size?: number }) {
  const Icon = ICON[state];
  return <Icon size={size} strokeWidth={2} aria-hidden className="gate-fg shrink-0" />;
}

export function GateTag({ state }: { state: GateState }) {
  return (
    <span
      className="gate gate-bg gate-fg inline-flex h-5 shrink-0 items-center gap-1 rounded-xs px-1.5 font-medium text-2xs"
      data-state={state}
    >
      <GateIcon state={state} size={12} />
      {STATE_WORD[state]}
    </span>
  );
}

/** Draws itself once when the state turns to approved while it is on the page. */
export function Barline({ state, className = "" }: { state: GateState; className?: string }) {
  const before = useRef(state);
  const [drawn, setDrawn] = useState(false);
  useEffect(() => {
    setDrawn(state === "approved" && before.current !== "approved");
    before.current = state;
  }, [state]);
  return <span aria-hidden className={`barline ${drawn ? "barline-drawn" : ""} ${className}`} />;
}

/** The stage's letter in a box, like a rehearsal mark. */
export function StageMark({ stage, strong = false }: { stage: Stage; strong?: boolean }) {
  return (
    <span
      aria-hidden
      data-mark={STAGE[stage].mark}
      className={`grid size-6 shrink-0 place-items-center rounded-xs border font-medium font-mono text-xs before:content-[attr(data-mark)] ${strong ? "border-ink bg-ink text-sheet" : "border-rule-2 text-ink-2"}`}
    />
  );
}
