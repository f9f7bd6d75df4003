/** The replay of a phase: a timeline to scrub and step, the events, and the phase as it was. Every moment is a link. */
import { useQuery } from "@tanstack/react-query";
import { Download, History, Pin, PinOff } from "lucide-react";
import { type ReactNode, useCallback, useState } from "react";
import { eventsQuery, gateEventsQuery, type Moment, momentQuery, NOW } from "~/api/replay";
import type { Phase } from "~/api/types";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { PaneTabs } from "~/components/ui/PaneTabs";
import { currentStage } from "~/lib/stages";
import { exactly } from "~/lib/time";
import { differences } from "./differences";
import { EventList } from "./EventList";
import { MomentView } from "./MomentView";
import type { ReplaySearch } from "./search";
import { TimelineBar } from "./TimelineBar";

type Change = { [Name in keyof ReplaySearch]?: ReplaySearch[Name] | undefined };
type Props = {
  phase: Phase;
  search: ReplaySearch;
  onSearch: (change: Change) => void;
  /** The way back to the phase as it is. */
  back: ReactNode;
};

export function ReplayPage({ phase, search, onSearch, back }: Props) {
  const moment = useQuery(momentQuery(phase.id, search.moment ?? NOW));
  const gates = useQuery(gateEventsQuery(phase.id));
  const newest = useQuery(momentQuery(phase.id, NOW));
  const oldest = useQuery(eventsQuery(phase.id, 0, { kind: null, person: null }));
  const [narrow, setNarrow] = useState<"events" | "phase">("phase");
  const onMove = useCallback((position: number) => onSearch({ moment: position }), [onSearch]);
  const error = moment.error ?? gates.error ?? oldest.error;
  if (error) return <ProblemNotice error={error} />;
  const first = oldest.data?.items[0]?.position;
  if (!moment.data || !gates.data || !newest.data || first === undefined) {
    return <Skeleton lines={8} className="m-6" />;
  }
  const stage = search.stage ?? currentStage(moment.data);
  return (
    <div className="flex h-full min-h-0 flex-col">
      <Heading phase={phase} moment={moment.data} search={search} onSearch={onSearch} back={back} />
      {search.from !== undefined && <Compared phase={phase} moment={moment.data} from={search.from} />}
      <TimelineBar
        moment={moment.data}
        gates={gates.data}
        first={first}
        last={newest.data.event.position}
        onMove={onMove}
      />
      <PaneTabs
        label="What is shown"
        className="md:hidden"
        panes={[
          { id: "phase", name: "The phase as it was" },
          { id: "events", name: "Events" },
        ]}
        pane={narrow}
        onPane={setNarrow}
      />
      <div className="grid min-h-0 flex-1 md:grid-cols-[minmax(280px,360px)_1fr]">
        <div className={`min-h-0 border-rule md:border-r ${narrow === "events" ? "" : "max-md:hidden"}`}>
          <EventList
            phaseId={phase.id}
            moment={moment.data}
            kind={search.kind ?? null}
            person={search.person ?? null}
            onFilter={onSearch}
            onMove={onMove}
          />
        </div>
        <div className={`min-h-0 min-w-0 ${narrow === "phase" ? "" : "max-md:hidden"}`}>
          <MomentView
            moment={moment.data}
            stage={stage}
            pane={search.pane ?? "document"}
            onStage={(next) => onSearch({ stage: next })}
            onPane={(pane) => onSearch({ pane })}
          />
        </div>
      </div>
    </div>
  );
}

type HeadingProps = {
  phase: Phase;
  moment: Moment;
  search: ReplaySearch;
  onSearch: (change: Change) => void;
  back: ReactNode;
};

function Heading({ phase, moment, search, onSearch, back }: HeadingProps) {
  const at = moment.event.position;
  const mayExport = phase.my_roles.some((role) => role !== "developer");
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-2 border-rule border-b px-4 py-2">
      <History size={15} aria-hidden className="text-ink-2" />
      <p className="min-w-0 grow basis-64 text-sm">
        <b className="font-medium">After: {moment.event.summary}</b>{" "}
        <span className="num text-2xs text-ink-3">{exactly(moment.event.at)} · read-only</span>
      </p>
      {search.from === undefined ? (
        <button type="button" className="btn" onClick={() => onSearch({ from: at })}>
          <Pin size={13} aria-hidden /> Compare from here
        </button>
      ) : (
        <button type="button" className="btn" onClick={() => onSearch({ from: undefined })}>
          <PinOff size={13} aria-hidden /> End comparison
        </button>
      )}
      {mayExport && (
        <a className="btn" href={`/api/v1/phases/${phase.id}/evidence-pack`} download>
          <Download size={13} aria-hidden /> Evidence
        </a>
      )}
      {back}
    </div>
  );
}

/** The difference to the moment that was pinned; whichever is earlier comes first. */
function Compared({ phase, moment, from }: { phase: Phase; moment: Moment; from: number }) {
  const other = useQuery(momentQuery(phase.id, from));
  if (other.error) return <ProblemNotice error={other.error} />;
  if (!other.data) return null;
  const inOrder = other.data.number <= moment.number;
  const [earlier, later] = inOrder ? [other.data, moment] : [moment, other.data];
  const found = differences(earlier, later);
  return (
    <section
      aria-label="Comparison"
      aria-live="polite"
      className="max-h-40 shrink-0 overflow-y-auto border-rule border-b bg-well px-4 py-2 text-sm"
    >
      <h2 className="num text-2xs text-ink-2">
        From event {earlier.number} to event {later.number}
      </h2>
      {found.length === 0 ? (
        <p className="text-ink-2">Nothing is different.</p>
      ) : (
        <ul className="list-disc pl-5">
          {found.map((difference) => (
            <li key={difference}>{difference}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
