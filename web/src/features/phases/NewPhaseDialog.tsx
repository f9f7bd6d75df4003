/** Opens a full phase: a title, a brief, and what it costs in gates. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { openPhase } from "~/api/phases";
import { isProblem } from "~/api/problem";
import { keys } from "~/api/queries";
import type { Phase } from "~/api/types";
import { Dialog, FormActions } from "~/components/ui/Dialog";
import { Field } from "~/components/ui/Field";
import { StageMark } from "~/components/ui/Gate";
import { ProblemNotice } from "~/components/ui/Notice";
import { readForm } from "~/lib/form";
import { FULL_STAGES, stageName } from "~/lib/stages";

type Props = { projectId: string; onClose: () => void; onOpened: (phase: Phase) => void };

export function NewPhaseDialog({ projectId, onClose, onOpened }: Props) {
  const client = useQueryClient();
  const open = useMutation({
    mutationFn: ({ title, brief }: { title: string; brief: string }) => openPhase(projectId, title, brief),
    onSuccess: async (phase) => {
      client.setQueryData(keys.phase(phase.id), phase);
      await client.invalidateQueries({ queryKey: keys.phases(projectId) });
      onOpened(phase);
    },
  });
  const field = (name: string) => (isProblem(open.error) ? open.error.field(name) : undefined);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="New phase"
      description="A full phase: three documents, each behind a human gate, then stories."
    >
      <Score />
      <form onSubmit={(event) => open.mutate(readForm(event, ["title", "brief"]))}>
        <Field label="Title" error={field("title")}>
          {(control) => (
            <input {...control} name="title" required maxLength={160} className="field" autoComplete="off" />
          )}
        </Field>
        <Field
          label="Brief"
          hint="What you know so far, in your own words. Conductor reads it before its first question."
          error={field("brief")}
        >
          {(control) => <textarea {...control} name="brief" rows={5} maxLength={32768} className="field" />}
        </Field>
        <ProblemNotice error={open.error} fields={["title", "brief"]} />
        <FormActions action="Open phase" pending="Opening…" busy={open.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

function Score() {
  return (
    <ol
      className="flex overflow-hidden rounded-sm border border-rule text-2xs"
      aria-label="Stages of a full phase"
    >
      {FULL_STAGES.map((stage, index) => (
        <li
          key={stage}
          data-state={index === 0 ? "open" : "locked"}
          className="gate flex flex-1 items-stretch"
        >
          <span className="gate-bg flex flex-1 flex-col items-center gap-1 px-1 py-2 text-center leading-3">
            <StageMark stage={stage} />
            {stageName(stage)}
          </span>
          <span aria-hidden className="barline" />
        </li>
      ))}
    </ol>
  );
}
