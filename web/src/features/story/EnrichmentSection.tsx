/** What it takes to build a story: architecture slice, files, steps, tests, and the pack to hand over. */
import { FilePlus2, FileText, RotateCcw, Sparkles } from "lucide-react";
import type { ReactNode } from "react";
import { enrichStory } from "~/api/backlog";
import type { Enrichment, Story } from "~/api/stories";
import { Markdown } from "~/components/document/Markdown";
import { TraceChip } from "~/components/story/Criteria";
import { CopyButton } from "~/components/ui/CopyButton";
import { ProblemNotice } from "~/components/ui/Notice";
import { ENRICHMENT_WORD } from "~/lib/stories";
import { plural } from "~/lib/time";
import { useStoryChange } from "./useStory";

export function EnrichmentSection({ story }: { story: Story }) {
  const enrich = useStoryChange(story, () => enrichStory(story));
  const { enrichment } = story;
  const atWork = enrichment.state === "queued" || enrichment.state === "running";
  return (
    <section aria-labelledby="enrichment" className="mt-8 border-rule border-t pt-5">
      <div className="flex flex-wrap items-center gap-2">
        <h3 id="enrichment" className="font-serif text-xl">
          What it takes
        </h3>
        <span role="status" className={`text-xs ${atWork ? "pulse text-draft" : "text-ink-3"}`}>
          {ENRICHMENT_WORD[enrichment.state]}
          {enrichment.attempt > 1 && ` · attempt ${enrichment.attempt}`}
        </span>
        <span className="flex-1" />
        {story.may.includes("enrich") && !atWork && (
          <button
            type="button"
            className="btn"
            disabled={enrich.isPending}
            onClick={() => enrich.mutate(undefined)}
          >
            {enrichment.state === "none" ? (
              <Sparkles size={13} aria-hidden />
            ) : (
              <RotateCcw size={13} aria-hidden />
            )}
            {enrichment.state === "none"
              ? "Enrich"
              : enrichment.state === "failed"
                ? "Try again"
                : "Enrich again"}
          </button>
        )}
      </div>
      {enrichment.state === "failed" && (
        <p role="note" className="mt-2 border-changes border-l-2 bg-changes-soft px-3 py-2 text-xs">
          {enrichment.failure?.detail ?? "The enrichment broke off. The story itself is whole."}
        </p>
      )}
      <ProblemNotice error={enrich.error} />
      {story.enriched ? (
        <Slices enrichment={enrichment} />
      ) : (
        <p className="mt-2 max-w-[60ch] text-ink-2 text-sm">
          {atWork
            ? "Conductor reads the approved documents; files come from the technical analysis' evidence only. This page changes by itself."
            : "Enriching adds the architecture slice, files to create or modify, ordered steps, test notes and a pack to hand to whoever builds it."}
        </p>
      )}
    </section>
  );
}

function Slices({ enrichment }: { enrichment: Enrichment }) {
  const { architecture_slice, files, files_left_out, steps, test_notes, context_pack } = enrichment;
  return (
    <>
      {architecture_slice.length > 0 && (
        <Part title="Architecture">
          <ul className="mt-1 flex flex-col gap-1.5 text-sm">
            {architecture_slice.map((slice) => (
              <li key={slice.ref + slice.text} className="flex items-baseline gap-2">
                <TraceChip reference={slice.ref} />
                <span className="min-w-0 break-words text-ink-2">{slice.text}</span>
              </li>
            ))}
          </ul>
        </Part>
      )}
      {(files.length > 0 || files_left_out > 0) && (
        <Part title="Files">
          <ul className="panel mt-1 divide-y divide-rule">
            {files.map((file) => (
              <li key={file.path} className="px-3 py-1.5">
                <p className="flex flex-wrap items-center gap-x-2 text-xs">
                  {file.action === "create" ? (
                    <FilePlus2 size={13} className="shrink-0 text-approved" aria-hidden />
                  ) : (
                    <FileText size={13} className="shrink-0 text-draft" aria-hidden />
                  )}
                  <span className="text-ink-3">{file.action}</span>
                  <span className="min-w-0 break-all font-mono">{file.path}</span>
                  {file.evidence && <TraceChip reference={file.evidence} />}
                </p>
                {file.why && <p className="mt-0.5 text-ink-2 text-xs">{file.why}</p>}
              </li>
            ))}
          </ul>
          {files_left_out > 0 && (
            <p className="mt-1 text-review text-xs">
              {plural(files_left_out, "file was", "files were")} left out: the technical analysis holds no
              evidence of {files_left_out === 1 ? "it" : "them"}.
            </p>
          )}
        </Part>
      )}
      {steps.length > 0 && (
        <Part title="Steps">
          <ol className="mt-1 list-decimal pl-5 text-sm">
            {steps.map((step) => (
              <li key={step} className="mt-0.5 break-words">
                {step}
              </li>
            ))}
          </ol>
        </Part>
      )}
      {test_notes.length > 0 && (
        <Part title="Tests">
          <ul className="mt-1 list-disc pl-5 text-sm">
            {test_notes.map((note) => (
              <li key={note} className="mt-0.5 break-words">
                {note}
              </li>
            ))}
          </ul>
        </Part>
      )}
      {context_pack && (
        <Part title="Context pack" aside={<CopyButton text={context_pack} label="Copy the context pack" />}>
          <details className="panel mt-1">
            <summary className="px-3 py-2 text-xs">Everything that whoever builds it must know</summary>
            <div className="border-rule border-t px-4 py-3">
              <Markdown text={context_pack} />
            </div>
          </details>
        </Part>
      )}
    </>
  );
}

function Part({ title, aside, children }: { title: string; aside?: ReactNode; children: ReactNode }) {
  return (
    <section className="mt-4">
      <h4 className="eyebrow flex items-center gap-1">
        {title}
        {aside}
      </h4>
      {children}
    </section>
  );
}
