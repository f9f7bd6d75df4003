/**
 * A table of which only the visible rows exist, so that ten thousand scroll like ten.
 * The grid is one tab stop: it names its current row, the arrow keys move it.
 */
import { useVirtualizer } from "@tanstack/react-virtual";
import { type ReactNode, useEffect, useId, useRef } from "react";

type Props = {
  label: string;
  /** The header row, which stays in place. */
  header: ReactNode;
  count: number;
  rowHeight: number;
  keyOf: (index: number) => string;
  /** The row that has the keyboard, or -1. */
  current: number;
  isSelected?: (index: number) => boolean;
  /** The classes of a row's grid: its columns. */
  columns: string;
  rowClass?: (index: number) => string;
  onMove: (index: number) => void;
  onOpen: (index: number) => void;
  /** Called with the last row in sight, so that more can be fetched. */
  onSeen?: (last: number) => void;
  children: (index: number) => ReactNode;
};

export function VirtualRows(props: Props) {
  const { label, header, count, rowHeight, keyOf, current, isSelected, columns, rowClass } = props;
  const { onMove, onOpen, onSeen, children } = props;
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count,
    getScrollElement: () => box.current,
    estimateSize: () => rowHeight,
    getItemKey: keyOf,
    overscan: 12,
    // The header is inside the scroller, so that both scroll sideways together.
    scrollPaddingStart: HEADER,
    paddingStart: HEADER,
  });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? -1;
  useEffect(() => {
    if (last >= 0) onSeen?.(last);
  }, [last, onSeen]);
  const { scrollToIndex } = rows;
  useEffect(() => {
    if (current >= 0) scrollToIndex(current, { align: "auto" });
  }, [current, scrollToIndex]);
  const steps: Record<string, number> = {
    ArrowDown: current + 1,
    ArrowUp: current - 1,
    PageDown: current + 15,
    PageUp: current - 15,
    Home: 0,
    End: count - 1,
  };
  return (
    <div
      ref={box}
      role="grid"
      aria-label={label}
      aria-rowcount={count + 1}
      aria-multiselectable={isSelected ? true : undefined}
      aria-activedescendant={
        current >= 0 && shown.some((row) => row.index === current) ? `${id}-${current}` : undefined
      }
      tabIndex={0}
      className="fine-scroll relative min-h-0 flex-1 overflow-auto outline-offset-[-2px]"
      onKeyDown={(event) => {
        if (event.target !== event.currentTarget) return;
        const next = steps[event.key];
        if (next !== undefined && count > 0) {
          event.preventDefault();
          onMove(Math.max(0, Math.min(count - 1, next)));
        } else if (event.key === "Enter" && current >= 0) {
          event.preventDefault();
          onOpen(current);
        }
      }}
    >
      <div role="rowgroup" className="sticky top-0 z-10 h-0">
        {/* biome-ignore lint/a11y/useFocusableInteractive: the grid keeps the focus and names its current row */}
        <div
          role="row"
          aria-rowindex={1}
          className={`${columns} h-8 items-center border-rule-2 border-b bg-paper text-2xs text-ink-3`}
        >
          {header}
        </div>
      </div>
      <div role="rowgroup" className="relative" style={{ height: rows.getTotalSize() }}>
        {shown.map((row) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the grid has the keys
          // biome-ignore lint/a11y/useFocusableInteractive: a click on a row leaves the focus with the grid
          <div
            key={row.key}
            id={`${id}-${row.index}`}
            role="row"
            aria-rowindex={row.index + 2}
            aria-selected={isSelected ? isSelected(row.index) : undefined}
            aria-current={row.index === current ? "true" : undefined}
            onClick={() => onOpen(row.index)}
            style={{ height: row.size, transform: `translateY(${row.start}px)` }}
            className={`${columns} absolute inset-x-0 top-0 cursor-default items-center border-rule border-b ${row.index === current ? "bg-accent-soft shadow-[inset_2px_0_0_var(--accent)]" : isSelected?.(row.index) ? "bg-well" : "hover:bg-sheet"} ${rowClass?.(row.index) ?? ""}`}
          >
            {children(row.index)}
          </div>
        ))}
      </div>
    </div>
  );
}

/** The header's height in pixels: `h-8`. */
const HEADER = 32;

type CellProps = { className?: string; title?: string; children?: ReactNode };

export function Cell({ children, ...rest }: CellProps) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: the grid keeps the focus and names its current row
    <span role="gridcell" {...rest}>
      {children}
    </span>
  );
}

type HeadCellProps = { className?: string; sort?: "none" | "ascending" | "descending"; children?: ReactNode };

export function HeadCell({ className = "", sort, children }: HeadCellProps) {
  return (
    // biome-ignore lint/a11y/useFocusableInteractive: what sorts or selects is a control inside
    <span
      role="columnheader"
      aria-sort={sort}
      className={`truncate px-2 font-medium uppercase tracking-[.05em] ${className}`}
    >
      {children}
    </span>
  );
}
