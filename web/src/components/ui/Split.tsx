/** Two panes with a splitter that keyboard and pointer move and the browser remembers; below `lg` they become tabs. */
import { type ReactNode, useEffect, useRef, useState } from "react";
import { recall, remember } from "~/lib/storage";

type Props = {
  id: string;
  min: number;
  max: number;
  initial: number;
  label: string;
  left: ReactNode;
  right: ReactNode;
  /** Which pane a narrow screen shows. */
  narrow: "left" | "right";
};

export function Split({ id, min, max, initial, label, left, right, narrow }: Props) {
  const key = `split.${id}`;
  const clamp = (width: number) => Math.round(Math.min(max, Math.max(min, width)));
  const [width, setWidth] = useState(() => clamp(Number(recall(key)) || initial));
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    box.current?.style.setProperty("--left", `${width}px`);
  }, [width]);
  const move = (next: number) => {
    const clamped = clamp(next);
    setWidth(clamped);
    remember(key, String(clamped));
  };
  const moves: Record<string, number> = {
    ArrowLeft: width - 16,
    ArrowRight: width + 16,
    Home: min,
    End: max,
  };
  return (
    <div
      ref={box}
      className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] lg:grid-cols-[min(var(--left),46vw)_1px_minmax(0,1fr)]"
    >
      <div className={`min-h-0 min-w-0 ${narrow === "left" ? "" : "max-lg:hidden"}`}>{left}</div>
      <div
        role="separator"
        aria-orientation="vertical"
        aria-label={label}
        aria-valuenow={width}
        aria-valuemin={min}
        aria-valuemax={max}
        tabIndex={0}
        className="before:-left-1 relative z-10 cursor-col-resize bg-rule before:absolute before:inset-y-0 before:w-2 hover:bg-accent focus-visible:bg-accent max-lg:hidden"
        onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
        onPointerMove={(event) => {
          if (!event.currentTarget.hasPointerCapture(event.pointerId)) return;
          move(event.clientX - (box.current?.getBoundingClientRect().left ?? 0));
        }}
        onKeyDown={(event) => {
          const next = moves[event.key];
          if (next === undefined) return;
          event.preventDefault();
          move(next);
        }}
      />
      <div className={`min-h-0 min-w-0 ${narrow === "right" ? "" : "max-lg:hidden"}`}>{right}</div>
    </div>
  );
}
