/** How Conductor's proposing stands: at work, stopped, failed and why; and what it wrote that was no story. */
import { CirclePlay, RotateCcw, Sparkles, Square } from "lucide-react";
import { useState } from "react";
import type { Generation, GenerationMode } from "~/api/stories";
import { Dialog, DialogActions } from "~/components/ui/Dialog";
import { plural } from "~/lib/time";
import type { ReviewMutations } from "./useReview";

export const isGenerating = (generation: Generation | null | undefined): boolean =>
  generation != null && ["queued", "running", "stopping"].includes(generation.state);

type Props = {
  generation: Generation | null | undefined;
  mayGenerate: boolean;
  review: ReviewMutations;
};

export function GenerationBar({ generation, mayGenerate, review }: Props) {
  if (!generation) return null;
  const { state, unusable } = generation;
  if (isGenerating(generation)) return <AtWork generation={generation} review={review} />;
  if (state === "completed" && unusable.length === 0) return null;
  const broke = state === "failed" || state === "stopped";
  return (
    <div
      role="status"
      className={`shrink-0 border-rule border-b px-4 py-2 text-xs ${state === "failed" ? "bg-changes-soft" : "bg-review-soft"}`}
    >
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5">
        <p className="min-w-0 flex-1 basis-60">
          <b className="font-medium">{sentence(generation)}</b>{" "}
          {state === "failed" && <span className="text-ink-2">{generation.failure?.detail}</span>}{" "}
          {broke && <span className="text-ink-2">What had come is kept.</span>}
        </p>
        {broke && mayGenerate && (
          <button
            type="button"
            className="btn"
            disabled={review.generate.isPending}
            onClick={() => review.generate.mutate("continue")}
          >
            <CirclePlay size={13} aria-hidden />
            Go on
          </button>
        )}
      </div>
      {unusable.length > 0 && (
        <details className="mt-1">
          <summary>{plural(unusable.length, "element was", "elements were")} no story</summary>
          <ul className="fine-scroll mt-1 max-h-32 list-disc overflow-y-auto pl-5 text-ink-2">
            {unusable.map(({ ordinal, reason }) => (
              <li key={ordinal}>
                <span className="num">Element {ordinal + 1}</span>: {reason}
              </li>
            ))}
          </ul>
        </details>
      )}
    </div>
  );
}

function sentence({ state, proposed }: Generation): string {
  const came = plural(proposed, "story", "stories");
  if (state === "failed") return `Proposing broke off after ${came}.`;
  if (state === "stopped") return `Stopped after ${came}.`;
  return `Conductor proposed ${came}.`;
}

function AtWork({ generation, review }: { generation: Generation; review: ReviewMutations }) {
  const stopping = generation.state === "stopping" || review.stop.isPending;
  return (
    <div className="flex shrink-0 items-center gap-3 border-rule border-b bg-draft-soft px-4 py-1.5 text-xs">
      <span aria-hidden className="pulse size-1.5 shrink-0 rounded-full bg-draft" />
      <p role="status" className="num min-w-0 flex-1">
        {generation.state === "queued"
          ? "Conductor is about to propose stories."
          : `Conductor is proposing stories · ${generation.proposed.toLocaleString("en")} so far`}
      </p>
      <button type="button" className="btn" disabled={stopping} onClick={() => review.stop.mutate()}>
        <Square size={11} fill="currentColor" aria-hidden />
        {stopping ? "Stopping…" : "Stop"}
      </button>
    </div>
  );
}

type GenerateProps = { again: boolean; undecided: number; review: ReviewMutations; primary?: boolean };

/** The first time it simply begins; again, it says first what stays and what goes. */
export function GenerateButton({ again, undecided, review, primary = false }: GenerateProps) {
  const [asking, setAsking] = useState(false);
  const start = (mode: GenerationMode) => review.generate.mutate(mode, { onSuccess: () => setAsking(false) });
  const Icon = again ? RotateCcw : Sparkles;
  return (
    <>
      <button
        type="button"
        className={`btn ${primary ? "btn-primary" : ""}`}
        disabled={review.generate.isPending}
        onClick={() => (again ? setAsking(true) : start("fresh"))}
      >
        <Icon size={13} aria-hidden />
        {again ? "Generate again" : "Generate stories"}
      </button>
      {asking && (
        <Dialog
          open
          onOpenChange={() => setAsking(false)}
          title="Generate again"
          description="Conductor reads the documents as they are now and proposes stories anew."
        >
          <ul className="list-disc pl-5 text-ink-2">
            <li>Approved, rejected, edited, split and merged stories stay as they are.</li>
            <li>
              Once the new proposals are complete, they take the place of those nobody has touched
              {undecided > 0 && ` (at most ${undecided})`}.
            </li>
            <li>What is replaced can be restored.</li>
          </ul>
          <DialogActions>
            <button type="button" className="btn" onClick={() => setAsking(false)}>
              Cancel
            </button>
            <button
              type="button"
              className="btn btn-primary"
              disabled={review.generate.isPending}
              onClick={() => start("fresh")}
            >
              Generate again
            </button>
          </DialogActions>
        </Dialog>
      )}
    </>
  );
}
