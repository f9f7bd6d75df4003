/**
 * The row that has the keyboard, and the rows that are selected. The cursor follows its proposal while rows
 * come and go around it; when the proposal itself goes, the one that takes its place has the keyboard.
 */
import { useEffect, useRef, useState } from "react";
import type { Proposal } from "~/api/stories";

export function useCursor(rows: Proposal[], start: string | null, onSettle: (id: string | null) => void) {
  const [id, setId] = useState(start);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const place = useRef(0);
  const found = rows.findIndex((row) => row.id === id);
  const index = found >= 0 ? found : Math.min(place.current, rows.length - 1);
  const current = rows[index] ?? null;
  useEffect(() => {
    if (index >= 0) place.current = index;
  }, [index]);

  // The address follows at leisure: holding j must not navigate at every row.
  const settle = useRef(onSettle);
  useEffect(() => {
    settle.current = onSettle;
  });
  const currentId = current?.id ?? null;
  useEffect(() => {
    const timer = setTimeout(() => settle.current(currentId), 300);
    return () => clearTimeout(timer);
  }, [currentId]);

  const here = rows.filter((row) => selected.has(row.id));
  return {
    index,
    current,
    /** Selected rows that are in sight: a decision never reaches a row that a filter hides. */
    selected: here,
    isSelected: (row: number) => selected.has(rows[row]?.id ?? ""),
    move: (to: number) => setId(rows[Math.max(0, Math.min(rows.length - 1, to))]?.id ?? null),
    goTo: setId,
    toggle: (row: string) =>
      setSelected((now) =>
        now.has(row) ? new Set([...now].filter((one) => one !== row)) : new Set([...now, row]),
      ),
    selectAll: (on: boolean) => setSelected(on ? new Set(rows.map((row) => row.id)) : new Set()),
    clear: () => setSelected(new Set()),
  };
}

export type Cursor = ReturnType<typeof useCursor>;
