/** The timeline: a slider over all of the phase, the marks of its gates above it, and the steps. */
import {
  ChevronFirst,
  ChevronLast,
  ChevronLeft,
  ChevronRight,
  ChevronsLeft,
  ChevronsRight,
} from "lucide-react";
import { useEffect, useState } from "react";
import type { HistoryEvent, Moment } from "~/api/replay";
import { useShortcuts } from "~/lib/shortcuts";
import { exactly } from "~/lib/time";

type Props = {
  moment: Moment;
  gates: readonly HistoryEvent[];
  first: number;
  last: number;
  onMove: (position: number) => void;
};

/** How long the slider rests before the moment under it is read. */
const RESTS = 120;

const TONE: Record<string, string> = {
  ArtefactApproved: "var(--approved)",
  StageReopened: "var(--changes)",
  StageBecameStale: "var(--stale)",
};

export function TimelineBar({ moment, gates, first, last, onMove }: Props) {
  const at = moment.event.position;
  const [scrubbed, setScrubbed] = useState<number | null>(null);
  useEffect(() => {
    if (scrubbed === null) return;
    const rest = setTimeout(() => {
      onMove(scrubbed);
      setScrubbed(null);
    }, RESTS);
    return () => clearTimeout(rest);
  }, [scrubbed, onMove]);
  const before = gates.findLast((event) => event.position < at)?.position;
  const after = gates.find((event) => event.position > at)?.position;
  const move = (position: number | null | undefined) => () => {
    if (position != null) onMove(position);
  };
  useShortcuts({
    ArrowLeft: move(moment.previous),
    ArrowRight: move(moment.next),
    "[": move(before),
    "]": move(after),
    Home: move(first),
    End: move(last),
  });
  const place = (position: number) => (last === first ? 0 : ((position - first) / (last - first)) * 100);
  const steps = [
    { name: "First event", key: "Home", icon: ChevronFirst, to: at === first ? null : first },
    { name: "Gate event before", key: "[", icon: ChevronsLeft, to: before },
    { name: "Event before", key: "←", icon: ChevronLeft, to: moment.previous },
    { name: "Event after", key: "→", icon: ChevronRight, to: moment.next },
    { name: "Gate event after", key: "]", icon: ChevronsRight, to: after },
    { name: "Last event", key: "End", icon: ChevronLast, to: at === last ? null : last },
  ];
  return (
    <section aria-label="Timeline" className="shrink-0 border-rule border-b px-4 py-2">
      <svg aria-hidden className="block h-4 w-full" preserveAspectRatio="none" viewBox="0 0 100 10">
        {gates.map((event) => (
          <rect
            key={event.position}
            x={Math.min(place(event.position), 99.7)}
            y="1"
            width="0.3"
            height="8"
            fill={TONE[event.type] ?? "var(--ink-3)"}
          />
        ))}
      </svg>
      <input
        type="range"
        className="block w-full accent-[var(--accent)]"
        aria-label="Moment"
        aria-valuetext={`Event ${moment.number} of ${moment.events}, ${exactly(moment.event.at)}`}
        min={first}
        max={last}
        value={scrubbed ?? at}
        onChange={(event) => setScrubbed(event.currentTarget.valueAsNumber)}
      />
      <div className="mt-1 flex flex-wrap items-center gap-1">
        {steps.map(({ name, key, icon: Icon, to }) => (
          <button
            key={name}
            type="button"
            className="btn btn-icon"
            aria-label={name}
            title={`${name} (${key})`}
            disabled={to == null}
            onClick={move(to)}
          >
            <Icon size={15} aria-hidden />
          </button>
        ))}
        <span className="num ml-2 text-2xs text-ink-3">
          Event {moment.number} of {moment.events} · position {at}
        </span>
      </div>
    </section>
  );
}
