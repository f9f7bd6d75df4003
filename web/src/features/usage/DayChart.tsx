/** Prompt tokens by day: from the cache, and fresh. Each bar can be pointed at or reached by key; a table says the same. */
import { useState } from "react";
import { plural } from "~/lib/time";
import { axisTop, type Bar, dayInWords } from "./days";
import { money, tokens } from "./words";

const WIDTH = 1200;
const HEIGHT = 260;
const LEFT = 56;
const BOTTOM = 24;
const TOP = 10;
const LINES = 4;

export function DayChart({ bars }: { bars: readonly Bar[] }) {
  const [pointed, setPointed] = useState<number | null>(null);
  const top = axisTop(Math.max(0, ...bars.map((bar) => bar.cached + bar.fresh)));
  const height = (count: number) => (count / top) * (HEIGHT - BOTTOM - TOP);
  const slot = (WIDTH - LEFT) / bars.length;
  const width = Math.max(2, slot * 0.78);
  const shown = pointed === null ? undefined : bars[pointed];
  const labelled = Math.max(1, Math.ceil(bars.length / 8));
  return (
    <section className="panel mt-4 p-4" aria-label="Prompt tokens a day">
      <div className="flex flex-wrap items-baseline gap-x-4 gap-y-1 text-xs">
        <h2 className="font-medium text-sm">Prompt tokens a day</h2>
        <Key className="bg-accent" name="from the cache" />
        <Key className="bg-rule-2" name="fresh" />
        <span className="flex-1" />
        <span role="status" className="num min-h-4 text-ink-2">
          {shown ? inWords(shown) : ""}
        </span>
      </div>
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        className="mt-2 w-full select-none"
        onPointerLeave={() => setPointed(null)}
        aria-hidden
      >
        {Array.from({ length: LINES + 1 }, (_, line) => (top / LINES) * line).map((value) => (
          <g key={value} transform={`translate(0 ${HEIGHT - BOTTOM - height(value)})`}>
            <line x1={LEFT} x2={WIDTH} className="stroke-rule" />
            <text x={LEFT - 8} y={4} textAnchor="end" className="fill-ink-3 text-[13px]">
              {tokens(Math.round(value))}
            </text>
          </g>
        ))}
        {bars.map((bar, index) => {
          const x = LEFT + slot * index + (slot - width) / 2;
          const base = HEIGHT - BOTTOM;
          return (
            <g key={bar.day} onPointerEnter={() => setPointed(index)}>
              <rect x={LEFT + slot * index} y={0} width={slot} height={base} fill="transparent" />
              <rect
                x={x}
                y={base - height(bar.cached)}
                width={width}
                height={height(bar.cached)}
                className="fill-accent"
              />
              <rect
                x={x}
                y={base - height(bar.cached + bar.fresh)}
                width={width}
                height={height(bar.fresh)}
                className="fill-rule-2"
              />
              {index % labelled === 0 && (
                <text x={x} y={HEIGHT - 6} className="fill-ink-3 text-[13px]">
                  {dayInWords(bar.day)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <Table bars={bars} />
    </section>
  );
}

const inWords = (bar: Bar): string =>
  `${dayInWords(bar.day)}: ${tokens(bar.cached)} cached, ${tokens(bar.fresh)} fresh, ${tokens(bar.out)} out, ${money(bar.cost)}`;

function Key({ className, name }: { className: string; name: string }) {
  return (
    <span className="inline-flex items-center gap-1.5 text-ink-2">
      <span aria-hidden className={`inline-block size-2.5 ${className}`} />
      {name}
    </span>
  );
}

/** What the bars say, for whoever can't see or point at them. */
function Table({ bars }: { bars: readonly Bar[] }) {
  const used = bars.filter((bar) => bar.attempts > 0);
  return (
    <details className="mt-1 text-xs">
      <summary className="w-fit cursor-pointer text-ink-2">As a table</summary>
      <div
        className="fine-scroll mt-2 max-h-64 overflow-auto"
        tabIndex={0}
        role="region"
        aria-label="Usage by day"
      >
        <table className="w-full text-left">
          <thead className="text-2xs text-ink-3">
            <tr>
              {["Day", "Attempts", "From the cache", "Fresh", "Out", "Cost"].map((name) => (
                <th key={name} scope="col" className="py-1 pr-4 font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody className="num">
            {used.map((bar) => (
              <tr key={bar.day} className="border-rule border-t">
                <th scope="row" className="py-1 pr-4 font-normal">
                  {dayInWords(bar.day)}
                </th>
                <td className="pr-4">{plural(bar.attempts, "attempt")}</td>
                <td className="pr-4">{tokens(bar.cached)}</td>
                <td className="pr-4">{tokens(bar.fresh)}</td>
                <td className="pr-4">{tokens(bar.out)}</td>
                <td>{money(bar.cost)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}
