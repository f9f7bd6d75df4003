/** Where each thread stands beside the text: level with its place, pushed down where another stands there already. */
import { type RefObject, useCallback, useLayoutEffect, useState } from "react";
import type { Anchor } from "~/api/types";
import { PageText } from "~/lib/places";

const GAP = 8;

/** Something that stands beside the text. */
export type Beside = { id: string; anchor: Anchor };

export type Margin = {
  /** How far down each card stands, in pixels; by thread. */
  tops: ReadonlyMap<string, number>;
  /** What each thread is about on this page; nothing where the text is gone. */
  places: ReadonlyMap<string, Element | Range | null>;
  height: number;
};

const EMPTY: Margin = { tops: new Map(), places: new Map(), height: 0 };

/** Laid out anew when the text, the threads or any size changes. */
export function useMargin(
  text: RefObject<HTMLElement | null>,
  column: RefObject<HTMLElement | null>,
  threads: readonly Beside[],
  shown: string,
): Margin {
  const [margin, setMargin] = useState(EMPTY);
  const layOut = useCallback(() => {
    if (text.current && column.current) {
      const next = laidOut(text.current, column.current, threads);
      column.current.style.setProperty("--margin", `${next.height}px`);
      setMargin((before) => (isSame(before, next) ? before : next));
    }
  }, [text, column, threads]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another text is another layout
  useLayoutEffect(() => {
    layOut();
    const observer = new ResizeObserver(layOut);
    if (text.current) observer.observe(text.current);
    for (const card of column.current?.children ?? []) observer.observe(card);
    return () => observer.disconnect();
  }, [layOut, shown]);
  return margin;
}

function laidOut(text: HTMLElement, column: HTMLElement, threads: readonly Beside[]): Margin {
  const page = new PageText(text);
  const frame = text.getBoundingClientRect().top;
  const placed = threads.map((thread) => {
    const place = page.find(thread.anchor);
    return {
      thread,
      place,
      wanted: place ? place.getBoundingClientRect().top - frame : Number.POSITIVE_INFINITY,
    };
  });
  placed.sort((a, b) => a.wanted - b.wanted);
  const tops = new Map<string, number>();
  const places = new Map<string, Element | Range | null>();
  let free = 0;
  for (const { thread, place, wanted } of placed) {
    const top = Number.isFinite(wanted) ? Math.max(free, wanted) : free;
    tops.set(thread.id, top);
    places.set(thread.id, place);
    const card = column.querySelector<HTMLElement>(`[data-thread="${CSS.escape(thread.id)}"]`);
    free = top + (card?.offsetHeight ?? 0) + GAP;
  }
  return { tops, places, height: free };
}

/** Ranges are made anew each time; what matters is where things stand. */
function isSame(a: Margin, b: Margin): boolean {
  if (a.height !== b.height || a.tops.size !== b.tops.size) return false;
  for (const [id, top] of b.tops) {
    if (a.tops.get(id) !== top || (a.places.get(id) === null) !== (b.places.get(id) === null)) return false;
  }
  return true;
}
