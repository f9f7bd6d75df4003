/** Analyses that were submitted while another is approved: each is compared with it, and counts once somebody adopts it. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useMemo, useState } from "react";
import { keptSubmissionQuery, keys, versionQuery } from "~/api/queries";
import { adoptSubmission } from "~/api/submissions";
import type { KeptSubmission, Phase, StageView } from "~/api/types";
import { Dialog, FormActions } from "~/components/ui/Dialog";
import { Field } from "~/components/ui/Field";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { When } from "~/components/ui/When";
import { diffDocuments } from "~/lib/diff";
import { readForm } from "~/lib/form";
import { reopeningInWords } from "~/lib/reopening";

const ReadingDiff = lazy(() => import("./ReadingDiff").then((part) => ({ default: part.ReadingDiff })));

type Props = {
  phase: Phase;
  view: StageView;
  kept: readonly KeptSubmission[];
  onAdopted: (version: number | null) => void;
};

export function KeptSubmissions({ phase, view, kept, onAdopted }: Props) {
  const [looking, setLooking] = useState<KeptSubmission | null>(null);
  return (
    <>
      {kept.map((submission) => (
        <div
          key={submission.id}
          className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-rule border-b bg-review-soft px-4 py-1.5 text-xs"
        >
          <span className="text-ink">
            {submission.submitted_by.name} submitted another analysis, <When at={submission.at} />: kept
            beside v{submission.beside_version}, it does not count yet.
            {submission.outdated &&
              " It was written on requirements that are not the approved ones any more."}
          </span>
          <button type="button" className="link font-medium" onClick={() => setLooking(submission)}>
            {view.may.includes("adopt_submission") && !submission.outdated ? "Compare and adopt" : "Compare"}
          </button>
        </div>
      ))}
      {looking && (
        <KeptDialog
          phase={phase}
          view={view}
          submission={looking}
          onClose={() => setLooking(null)}
          onAdopted={(version) => {
            setLooking(null);
            onAdopted(version);
          }}
        />
      )}
    </>
  );
}

type DialogProps = Omit<Props, "kept"> & { submission: KeptSubmission; onClose: () => void };

function KeptDialog({ phase, view, submission, onClose, onAdopted }: DialogProps) {
  const client = useQueryClient();
  const place = { phaseId: phase.id, stage: view.stage };
  const against = view.approved_version ?? view.latest_version ?? submission.beside_version;
  const before = useQuery(versionQuery(phase.id, view.stage, against));
  const after = useQuery(keptSubmissionQuery(phase.id, view.stage, submission.id));
  const adopt = useMutation({
    mutationFn: (reason: string) => adoptSubmission(place, submission.id, reason),
    onSuccess: async (after) => {
      await client.invalidateQueries({ queryKey: keys.phase(phase.id) });
      const adopted = after.stages.find((candidate) => candidate.stage === view.stage);
      onAdopted(adopted?.latest_version ?? null);
    },
  });
  const blocks = useMemo(
    () => (before.data && after.data ? diffDocuments(before.data.markdown, after.data.markdown) : null),
    [before.data, after.data],
  );
  const may = view.may.includes("adopt_submission") && !submission.outdated;
  const reopens = view.state === "approved";
  return (
    <Dialog
      open
      wide
      onOpenChange={onClose}
      title={`Submitted by ${submission.submitted_by.name}, beside v${against}`}
      description={
        may
          ? `Adopted, it becomes v${(view.latest_version ?? 0) + 1} and awaits a decision; its author stays ${submission.submitted_by.name}. ${reopens ? reopeningInWords(phase, view.stage) : ""}`
          : "Whoever decides at this gate can adopt it as the next version."
      }
    >
      <ProblemNotice error={before.error ?? after.error} />
      <section
        aria-label={`Changes from v${against}`}
        tabIndex={0}
        className="fine-scroll max-h-[42vh] overflow-y-auto rounded-sm border border-rule bg-sheet p-4 pl-8"
      >
        {blocks ? (
          <Suspense fallback={<Skeleton lines={6} />}>
            <ReadingDiff blocks={blocks} split={false} />
          </Suspense>
        ) : (
          <Skeleton lines={6} />
        )}
      </section>
      {may && (
        <form onSubmit={(event) => adopt.mutate(readForm(event, ["reason"]).reason)}>
          <Field label={reopens ? "Why the stage is opened again for it" : "Why"}>
            {(control) => (
              <textarea {...control} name="reason" rows={2} required maxLength={8000} className="field" />
            )}
          </Field>
          <ProblemNotice error={adopt.error} />
          <FormActions
            action={reopens ? "Reopen and adopt" : "Adopt"}
            pending="Recording…"
            busy={adopt.isPending}
            onCancel={onClose}
          />
        </form>
      )}
    </Dialog>
  );
}
