/** Acceptance criteria as people read them: Given, When, Then, and what each one traces to. */
import { TriangleAlert } from "lucide-react";
import type { Criterion } from "~/api/stories";

export function Criteria({ criteria }: { criteria: Criterion[] }) {
  if (criteria.length === 0) {
    return <p className="mt-1 text-ink-3 text-xs">None yet: nobody could say when it is done.</p>;
  }
  return (
    <ol className="mt-1.5 flex flex-col gap-3">
      {criteria.map((criterion) => (
        <li key={criterion.id} className="border-rule border-l-2 pl-3">
          <p className="break-words text-ink-2 text-sm">
            <Clause word="Given" text={criterion.given} />
            <Clause word="when" text={criterion.when} />
            <Clause word="then" text={criterion.then} end />
          </p>
          <p className="mt-1 flex flex-wrap items-center gap-1">
            <span className="mono mr-1 text-2xs text-ink-3">{criterion.id}</span>
            {criterion.traces_to.map((reference) => (
              <TraceChip
                key={reference}
                reference={reference}
                dangling={criterion.dangling.includes(reference)}
              />
            ))}
            {criterion.traces_to.length === 0 && (
              <span className="text-2xs text-ink-3">traces to nothing</span>
            )}
          </p>
        </li>
      ))}
    </ol>
  );
}

function Clause({ word, text, end = false }: { word: string; text: string; end?: boolean }) {
  if (text.trim() === "") return null;
  return (
    <>
      <b className="font-medium text-ink">{word}</b> {text.trim().replace(end ? /$^/ : /[.,;]+$/, "")}
      {end ? "" : ", "}
    </>
  );
}

/** A reference to a requirement, criterion or decision; a dangling one leads to nothing in the documents. */
export function TraceChip({ reference, dangling = false }: { reference: string; dangling?: boolean }) {
  return (
    <span
      className={`mono inline-flex max-w-full items-center gap-1 break-all rounded-xs border px-1.5 text-2xs ${dangling ? "border-changes/50 border-dashed bg-changes-soft text-changes" : "border-rule text-ink-2"}`}
      title={dangling ? `${reference} is in none of the documents` : undefined}
    >
      {dangling && <TriangleAlert size={10} aria-hidden />}
      {reference}
      {dangling && <span className="sr-only"> leads to nothing</span>}
    </span>
  );
}

export function References({ ids }: { ids: string[] }) {
  return (
    <div className="mt-1 flex flex-wrap gap-1">
      {ids.map((id) => (
        <TraceChip key={id} reference={id} />
      ))}
    </div>
  );
}
