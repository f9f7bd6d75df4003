/**
 * The document with what people say beside it: in the margin at its place where there is room, below the text where
 * there is none. Selecting words offers to say something about them.
 */
import { useQuery } from "@tanstack/react-query";
import { MessageSquarePlus } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useRef, useState } from "react";
import { threadsQuery } from "~/api/queries";
import type { Anchor, StageView, Thread } from "~/api/types";
import { ProblemNotice } from "~/components/ui/Notice";
import { headings } from "~/lib/places";
import { PlaceDialog } from "./PlaceDialog";
import { ThreadCard } from "./ThreadCard";
import { useMargin } from "./useMargin";
import { type SelectedPlace, useSelectedPlace } from "./useSelectedPlace";
import { type Place, useThreads } from "./useThreads";

/** Something else beside the text than a thread, at the place that it is about. */
export type Note = {
  id: string;
  anchor: Anchor;
  card: (found: boolean, show: () => void) => ReactNode;
};

type Props = {
  place: Place;
  view: StageView;
  version: number;
  notes: readonly Note[];
  /** What one can do beside commenting. */
  actions?: ReactNode;
  children: ReactNode;
};

const NONE: Thread[] = [];

export function Annotated({ place, view, version, notes, actions, children }: Props) {
  const text = useRef<HTMLDivElement>(null);
  const column = useRef<HTMLDivElement>(null);
  const query = useQuery(threadsQuery(place.phaseId, place.stage));
  const threads = useThreads(place);
  const known = query.data ?? NONE;
  const beside = useMemo(() => [...known, ...notes], [known, notes]);
  const margin = useMargin(text, column, beside, `${place.stage}.${version}`);
  const selected = useSelectedPlace(text);
  const [asking, setAsking] = useState<{ selected: SelectedPlace["anchor"] | null } | null>(null);
  const [pointed, setPointed] = useState<Thread | null>(null);
  useHighlights(margin.places, pointed?.id ?? null);
  const mayTalk = view.may.includes("open_thread") || view.may.includes("request_changes");
  const show = (id: string) => {
    const found = margin.places.get(id);
    const element = found instanceof Range ? found.startContainer.parentElement : found;
    element?.scrollIntoView({ block: "center" });
  };
  return (
    <div className="@container">
      <div className={beside.length > 0 ? "@3xl:grid @3xl:grid-cols-[minmax(0,1fr)_232px] @3xl:gap-6" : ""}>
        <div className="relative min-w-0">
          <div ref={text}>{children}</div>
          {mayTalk && selected && !asking && (
            <button
              type="button"
              className="btn absolute z-10 shadow-md"
              style={{ top: selected.top, left: selected.left }}
              // The selection must still be there when the button is pressed.
              onPointerDown={(event) => event.preventDefault()}
              onClick={() => setAsking({ selected: selected.anchor })}
            >
              <MessageSquarePlus size={13} aria-hidden />
              Comment here
            </button>
          )}
        </div>
        <aside
          aria-label="Threads"
          className={
            beside.length > 0 ? "@max-3xl:mt-8 @max-3xl:border-rule @max-3xl:border-t @max-3xl:pt-3" : ""
          }
        >
          <div ref={column} className="relative flex flex-col gap-2 @3xl:block @3xl:min-h-(--margin)">
            {known.map((thread) => (
              <div
                key={thread.id}
                data-thread={thread.id}
                className="@3xl:absolute @3xl:w-full"
                style={{ top: margin.tops.get(thread.id) ?? 0 }}
              >
                <ThreadCard
                  thread={thread}
                  found={margin.places.get(thread.id) !== null}
                  threads={threads}
                  onPoint={setPointed}
                  onShow={() => show(thread.id)}
                />
              </div>
            ))}
            {notes.map((note) => (
              <div
                key={note.id}
                data-thread={note.id}
                className="@3xl:absolute @3xl:w-full"
                style={{ top: margin.tops.get(note.id) ?? 0 }}
              >
                {note.card(margin.places.get(note.id) !== null, () => show(note.id))}
              </div>
            ))}
          </div>
        </aside>
      </div>
      <ProblemNotice error={query.error} />
      <p className="mt-6 flex flex-wrap gap-2 empty:hidden">
        {mayTalk && (
          <button type="button" className="btn btn-ghost" onClick={() => setAsking({ selected: null })}>
            <MessageSquarePlus size={13} aria-hidden />
            Comment on this version
          </button>
        )}
        {actions}
      </p>
      {asking && (
        <PlaceDialog
          view={view}
          version={version}
          selected={asking.selected}
          headings={text.current ? headings(text.current) : []}
          threads={threads}
          onClose={() => setAsking(null)}
        />
      )}
    </div>
  );
}

/** Marks quoted words without touching the document's own elements; the one that is pointed at more strongly. */
function useHighlights(places: ReadonlyMap<string, Element | Range | null>, pointed: string | null) {
  useEffect(() => {
    if (!("highlights" in CSS)) return;
    const ranges: Range[] = [];
    const strong: Range[] = [];
    for (const [id, place] of places) {
      if (place instanceof Range) (id === pointed ? strong : ranges).push(place);
    }
    CSS.highlights.set("thread", new Highlight(...ranges));
    CSS.highlights.set("thread-pointed", new Highlight(...strong));
    return () => {
      CSS.highlights.delete("thread");
      CSS.highlights.delete("thread-pointed");
    };
  }, [places, pointed]);
}
