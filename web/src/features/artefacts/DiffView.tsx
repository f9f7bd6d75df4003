/**
 * Two versions compared: prose for reading or the source line by line, in one column or side by side, with long
 * unchanged parts folded. What went is struck, what came is underlined, each with a word for screen readers.
 */
import { useQuery } from "@tanstack/react-query";
import { ArrowDown, ArrowUp } from "lucide-react";
import { type ReactNode, useEffect, useMemo, useRef, useState, useSyncExternalStore } from "react";
import { diffQuery, versionQuery } from "~/api/queries";
import type { Stage } from "~/api/types";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { diffDocuments } from "~/lib/diff";
import { changedSections, countChanges } from "~/lib/reading";
import { useShortcuts } from "~/lib/shortcuts";
import { plural } from "~/lib/time";
import { ReadingDiff } from "./ReadingDiff";
import { SourceDiff } from "./SourceDiff";

export type DiffLayout = "inline" | "split";
export type DiffText = "reading" | "source";
export type DiffLook = { layout: DiffLayout; text: DiffText; at: string | null };

type Props = {
  place: { phaseId: string; stage: Stage };
  from: number;
  to: number;
  look: DiffLook;
  onLook: (change: Partial<DiffLook>) => void;
};

export default function DiffView({ place, from, to, look, onLook }: Props) {
  const roomy = useRoomy();
  const before = useQuery(versionQuery(place.phaseId, place.stage, from));
  const after = useQuery(versionQuery(place.phaseId, place.stage, to));
  const lines = useQuery({
    ...diffQuery(place.phaseId, place.stage, from, to),
    enabled: look.text === "source",
  });
  const blocks = useMemo(
    () => (before.data && after.data ? diffDocuments(before.data.markdown, after.data.markdown) : null),
    [before.data, after.data],
  );
  const error = before.error ?? after.error ?? lines.error;
  if (error) return <ProblemNotice error={error} />;
  if (!blocks || (look.text === "source" && !lines.data)) return <Skeleton lines={8} />;
  const changes = countChanges(blocks);
  const split = look.layout === "split" && roomy;
  return (
    <Walk roomy={roomy} changes={changes} look={look} onLook={onLook} sections={changedSections(blocks)}>
      {changes === 0 ? (
        <p className="text-ink-2">
          v{from} and v{to} are the same, word for word.
        </p>
      ) : look.text === "source" && lines.data ? (
        <SourceDiff sections={lines.data.sections} split={split} />
      ) : (
        <ReadingDiff blocks={blocks} split={split} />
      )}
    </Walk>
  );
}

const ROOMY = "(min-width: 40rem)";

/** Two columns need room: on a small screen there is one, whatever was chosen elsewhere. */
function useRoomy(): boolean {
  return useSyncExternalStore(
    (listener) => {
      const query = matchMedia(ROOMY);
      query.addEventListener("change", listener);
      return () => query.removeEventListener("change", listener);
    },
    () => matchMedia(ROOMY).matches,
  );
}

type WalkProps = {
  roomy: boolean;
  changes: number;
  sections: ReturnType<typeof changedSections>;
  look: DiffLook;
  onLook: Props["onLook"];
  children: ReactNode;
};

/** The bar above a comparison, and the way from change to change. */
function Walk({ roomy, changes, sections, look, onLook, children }: WalkProps) {
  const text = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState<number | null>(null);
  const marks = () => [...(text.current?.querySelectorAll<HTMLElement>("[data-change]") ?? [])];
  const show = (mark: HTMLElement | undefined, number: number) => {
    if (!mark) return;
    mark.scrollIntoView({ block: "center" });
    mark.focus({ preventScroll: true });
    setCurrent(number);
  };
  const step = (by: 1 | -1) => {
    const all = marks();
    if (all.length === 0) return;
    const next =
      current === null ? (by === 1 ? 0 : all.length - 1) : (current + by + all.length) % all.length;
    show(all[next], next);
  };
  useShortcuts({ n: () => step(1), p: () => step(-1) });
  // A link from the brief names a section; it is shown once, when the comparison is there.
  const wanted = useRef(look.at);
  useEffect(() => {
    const heading = wanted.current;
    if (heading === null || changes === 0) return;
    wanted.current = null;
    const mark = text.current?.querySelector<HTMLElement>(`[data-section="${CSS.escape(heading)}"]`);
    const all = [...(text.current?.querySelectorAll<HTMLElement>("[data-change]") ?? [])];
    if (mark) show(mark, all.indexOf(mark));
  });
  return (
    <div>
      <div className="mb-4 flex flex-wrap items-center gap-x-3 gap-y-2 border-rule border-b pb-3 text-xs">
        <Choice
          label="Compare"
          options={[
            ["reading", "Prose"],
            ["source", "Source"],
          ]}
          value={look.text}
          onChange={(value) => onLook({ text: value })}
        />
        {roomy && (
          <Choice
            label="Layout"
            options={[
              ["inline", "Inline"],
              ["split", "Side by side"],
            ]}
            value={look.layout}
            onChange={(value) => onLook({ layout: value })}
          />
        )}
        {changes > 0 && (
          <div className="flex items-center gap-1">
            <button
              type="button"
              className="btn btn-icon"
              aria-label="Previous change"
              title="Previous change (p)"
              onClick={() => step(-1)}
            >
              <ArrowUp size={13} aria-hidden />
            </button>
            <button
              type="button"
              className="btn btn-icon"
              aria-label="Next change"
              title="Next change (n)"
              onClick={() => step(1)}
            >
              <ArrowDown size={13} aria-hidden />
            </button>
            <span className="num ml-1 text-ink-2" role="status">
              {current === null || look.text === "source"
                ? plural(changes, "change")
                : `Change ${current + 1} of ${changes}`}
            </span>
          </div>
        )}
        {sections.length > 0 && look.text === "reading" && (
          <ul className="flex basis-full flex-wrap gap-x-3 gap-y-1" aria-label="Changed sections">
            {sections.map((section) => (
              <li key={section.first}>
                <button
                  type="button"
                  className="link text-left"
                  onClick={() => show(marks()[section.first], section.first)}
                >
                  {section.heading || "Before the first heading"}
                </button>{" "}
                <span className="num text-2xs text-ink-3">{section.changes}</span>
              </li>
            ))}
          </ul>
        )}
      </div>
      <div ref={text}>{children}</div>
    </div>
  );
}

type ChoiceProps<Value extends string> = {
  label: string;
  options: readonly (readonly [Value, string])[];
  value: Value;
  onChange: (value: Value) => void;
};

function Choice<Value extends string>({ label, options, value, onChange }: ChoiceProps<Value>) {
  return (
    <div role="group" aria-label={label} className="flex rounded-sm border border-rule-2/60 p-px">
      {options.map(([id, name]) => (
        <button
          key={id}
          type="button"
          aria-pressed={value === id}
          onClick={() => onChange(id)}
          className={`h-[22px] rounded-xs px-2 text-xs ${value === id ? "bg-ink text-sheet" : "text-ink-2 hover:bg-well"}`}
        >
          {name}
        </button>
      ))}
    </div>
  );
}
