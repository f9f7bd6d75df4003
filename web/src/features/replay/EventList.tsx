/** The events around the moment, filtered by kind and person; those that were still to come are told apart. */
import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { eventsQuery, type HistoryKind, KINDS, type Moment } from "~/api/replay";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { When } from "~/components/ui/When";

type Props = {
  phaseId: string;
  moment: Moment;
  kind: HistoryKind | null;
  person: string | null;
  onFilter: (filter: { kind?: HistoryKind | undefined; person?: string | undefined }) => void;
  onMove: (position: number) => void;
};

/** The list is read in windows, so that a step does not read it again. */
const WINDOW = 100;

export function EventList({ phaseId, moment, kind, person, onFilter, onMove }: Props) {
  const at = moment.event.position;
  const filtered = kind !== null || person !== null;
  // What is filtered is rare: it is read from the beginning.
  const after = filtered ? 0 : Math.max(0, (Math.floor(at / WINDOW) - 1) * WINDOW);
  const events = useQuery(eventsQuery(phaseId, after, { kind, person }));
  const list = useRef<HTMLOListElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen event is looked for again when either changes
  useEffect(() => {
    const chosen = list.current?.querySelector<HTMLElement>('[aria-current="step"]');
    if (chosen && list.current) {
      list.current.scrollTop = chosen.offsetTop - list.current.offsetTop - list.current.clientHeight / 2;
    }
  }, [at, events.data]);
  return (
    <section aria-label="Events" className="flex h-full min-h-0 flex-col">
      <div className="flex shrink-0 flex-wrap gap-2 border-rule border-b p-2">
        <label className="flex min-w-0 flex-1 items-center gap-1.5 text-2xs text-ink-3">
          Kind
          <select
            className="field h-7 min-w-0 flex-1"
            value={kind ?? ""}
            onChange={(event) =>
              onFilter({ kind: KINDS.find((known) => known.kind === event.currentTarget.value)?.kind })
            }
          >
            <option value="">Everything</option>
            {KINDS.map(({ kind: value, name }) => (
              <option key={value} value={value}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <label className="flex min-w-0 flex-1 items-center gap-1.5 text-2xs text-ink-3">
          By
          <select
            className="field h-7 min-w-0 flex-1"
            value={person ?? ""}
            onChange={(event) => onFilter({ person: event.currentTarget.value || undefined })}
          >
            <option value="">Everybody</option>
            {moment.members.map((member) => (
              <option key={member.user_id} value={member.user_id}>
                {member.name}
              </option>
            ))}
          </select>
        </label>
      </div>
      <ProblemNotice error={events.error} />
      {events.isPending && <Skeleton lines={8} className="m-3" />}
      {events.data?.items.length === 0 && <p className="p-3 text-ink-3 text-sm">No such event.</p>}
      <ol ref={list} className="fine-scroll min-h-0 flex-1 overflow-y-auto">
        {events.data?.items.map((event) => (
          <li key={event.position}>
            <button
              type="button"
              aria-current={event.position === at ? "step" : undefined}
              onClick={() => onMove(event.position)}
              className={`flex w-full items-baseline gap-2 px-3 py-1 text-left text-xs outline-offset-[-3px] hover:bg-well aria-[current]:bg-accent-soft ${event.position > at ? "text-ink-3 italic" : ""}`}
            >
              <span className="mono w-10 shrink-0 text-2xs text-ink-3">{event.position}</span>
              <span className="min-w-0 flex-1 break-words">{event.summary}</span>
              <When at={event.at} className="shrink-0 text-2xs text-ink-3" />
            </button>
          </li>
        ))}
      </ol>
    </section>
  );
}
