/**
 * Two texts that began with one: what only one side changed is taken as it is, and where both changed the same lines
 * somebody chooses. Nothing is saved here; the text goes back to the editor.
 */
import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { draftQuery, versionQuery } from "~/api/queries";
import type { Stage } from "~/api/types";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { type Choice, type Chunk, conflictsIn, mergeTexts, resolved } from "~/lib/merge";
import { plural } from "~/lib/time";
import type { Working } from "./useDraft";

type Place = { phaseId: string; stage: Stage };

type Props = {
  place: Place;
  base: number | null;
  newest: number;
  mine: string;
  onMerged: (markdown: string) => void;
  onClose: () => void;
};

export function MergePanel({ place, base, newest, mine, onMerged, onClose }: Props) {
  const before = useQuery({ ...versionQuery(place.phaseId, place.stage, base ?? 0), enabled: base !== null });
  const theirs = useQuery(versionQuery(place.phaseId, place.stage, newest));
  const began = base === null ? "" : before.data?.markdown;
  const chunks = useMemo(
    () => (began !== undefined && theirs.data ? mergeTexts(began, mine, theirs.data.markdown) : null),
    [began, mine, theirs.data],
  );
  const [choices, setChoices] = useState<(Choice | null)[]>([]);
  if (before.error || theirs.error) return <ProblemNotice error={before.error ?? theirs.error} />;
  if (!chunks || !theirs.data) return <Skeleton lines={8} className="p-8" />;
  const conflicts = conflictsIn(chunks);
  const all = Array.from({ length: conflicts }, (_, index) => choices[index] ?? null);
  const merged = resolved(chunks, all);
  const left = all.filter((choice) => choice === null).length;
  const authors = theirs.data.authors.map((person) => person.name).join(", ");
  let number = -1;
  return (
    <section aria-label="Put both texts together" className="flex min-h-0 flex-1 flex-col">
      <div className="flex shrink-0 flex-wrap items-center gap-3 border-rule border-y bg-review-soft px-4 py-2 text-xs">
        <p className="min-w-0 flex-1 basis-60">
          <b className="font-medium">
            v{newest}
            {authors && ` by ${authors}`} came while you were writing.
          </b>{" "}
          {conflicts === 0
            ? "Your changes are in other places than theirs: both can be kept."
            : `Both of you changed the same ${conflicts === 1 ? "place" : `${conflicts} places`}: choose what stays.`}
        </p>
        <span role="status" className="num text-ink-2">
          {left > 0 ? `${plural(left, "place")} to choose` : "Nothing left to choose"}
        </span>
        <button type="button" className="btn" onClick={onClose}>
          Back to my text
        </button>
        <button
          type="button"
          className="btn btn-primary"
          disabled={merged === null}
          onClick={() => merged !== null && onMerged(merged)}
        >
          Use the text put together
        </button>
      </div>
      <div
        className="fine-scroll min-h-0 flex-1 overflow-y-auto px-4 py-3"
        tabIndex={0}
        role="region"
        aria-label="Both texts"
      >
        {chunks.map((chunk, index) => {
          if (chunk.kind === "conflict") number += 1;
          const at = number;
          return (
            <ChunkView
              // biome-ignore lint/suspicious/noArrayIndexKey: a chunk is its place in the text
              key={index}
              chunk={chunk}
              newest={newest}
              choice={all[at] ?? null}
              onChoose={(choice) => setChoices(all.map((now, place) => (place === at ? choice : now)))}
            />
          );
        })}
      </div>
    </section>
  );
}

type ChunkProps = { chunk: Chunk; newest: number; choice: Choice | null; onChoose: (choice: Choice) => void };

/** Of lines that nobody disputes a few are enough to know where one is. */
const CONTEXT = 3;

function ChunkView({ chunk, newest, choice, onChoose }: ChunkProps) {
  if (chunk.kind === "agreed") {
    const { lines } = chunk;
    const hidden = lines.length - 2 * CONTEXT;
    const shown =
      hidden > 1
        ? [...lines.slice(0, CONTEXT), `… ${plural(hidden, "line")} …`, ...lines.slice(-CONTEXT)]
        : lines;
    return <pre className="whitespace-pre-wrap break-words py-1 text-ink-3 text-xs">{shown.join("\n")}</pre>;
  }
  return (
    <fieldset className="my-2 rounded-sm border border-review/60">
      <legend className="mx-2 px-1 font-medium text-review text-xs">Both changed this</legend>
      <div className="grid gap-px bg-rule md:grid-cols-2">
        <Side name="Mine" lines={chunk.mine} chosen={choice === "mine" || choice === "both"} />
        <Side name={`v${newest}`} lines={chunk.theirs} chosen={choice === "theirs" || choice === "both"} />
      </div>
      <div className="flex flex-wrap gap-2 p-2">
        {(
          [
            ["mine", "Keep mine"],
            ["theirs", `Keep v${newest}'s`],
            ["both", "Keep both"],
          ] as const
        ).map(([value, name]) => (
          <button
            key={value}
            type="button"
            className="btn"
            aria-pressed={choice === value}
            onClick={() => onChoose(value)}
          >
            {choice === value ? "✓ " : ""}
            {name}
          </button>
        ))}
      </div>
    </fieldset>
  );
}

function Side({ name, lines, chosen }: { name: string; lines: string[]; chosen: boolean }) {
  return (
    <div className={`min-w-0 p-2 ${chosen ? "bg-ins/45" : "bg-sheet"}`}>
      <p className="eyebrow">{name}</p>
      <pre className="whitespace-pre-wrap break-words text-xs">
        {lines.length > 0 ? lines.join("\n") : <i className="text-ink-3">removed</i>}
      </pre>
    </div>
  );
}

type ElsewhereProps = {
  place: Place;
  onKeepMine: (revision: number) => void;
  onTakeOther: (other: Working, revision: number) => void;
};

/** One's own draft was changed on another device, or in another window. */
export function ElsewhereNotice({ place, onKeepMine, onTakeOther }: ElsewhereProps) {
  const other = useQuery(draftQuery(place.phaseId, place.stage));
  const found = other.data?.revision ?? 0;
  return (
    <p role="alert" className="flex flex-wrap items-center gap-x-3 text-review">
      You have changed this draft on another device or in another window.
      <button type="button" className="link" disabled={other.isFetching} onClick={() => onKeepMine(found)}>
        Keep what is here
      </button>
      {other.data && (
        <button
          type="button"
          className="link"
          disabled={other.isFetching}
          onClick={() => {
            const { title, markdown, base_version: baseVersion } = other.data;
            onTakeOther({ title, markdown, baseVersion: baseVersion ?? null }, found);
          }}
        >
          Take the other text
        </button>
      )}
    </p>
  );
}
