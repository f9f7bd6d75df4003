/** Changes a phase's title and brief; somebody else's change in between is never overwritten. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { changePhase } from "~/api/phases";
import { isProblem } from "~/api/problem";
import { keys } from "~/api/queries";
import type { Phase } from "~/api/types";
import { Dialog, FormActions } from "~/components/ui/Dialog";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { readForm } from "~/lib/form";

export function EditPhaseDialog({ phase, onClose }: { phase: Phase; onClose: () => void }) {
  const client = useQueryClient();
  const save = useMutation({
    mutationFn: (change: { title: string; brief: string }) => changePhase(phase, change),
    onSuccess: (next) => {
      client.setQueryData(keys.phase(next.id), next);
      void client.invalidateQueries({ queryKey: keys.phases(next.project_id) });
      onClose();
    },
    onError: () => void client.invalidateQueries({ queryKey: keys.phase(phase.id), exact: true }),
  });
  const field = (name: string) => (isProblem(save.error) ? save.error.field(name) : undefined);
  return (
    <Dialog open onOpenChange={onClose} title="Title and brief">
      <form onSubmit={(event) => save.mutate(readForm(event, ["title", "brief"]))}>
        <Field label="Title" error={field("title")} className="">
          {(control) => (
            <input
              {...control}
              name="title"
              required
              maxLength={160}
              defaultValue={phase.title}
              className="field"
            />
          )}
        </Field>
        <Field label="Brief" error={field("brief")}>
          {(control) => (
            <textarea
              {...control}
              name="brief"
              rows={6}
              maxLength={32768}
              defaultValue={phase.brief}
              className="field"
            />
          )}
        </Field>
        <ProblemNotice error={save.error} fields={["title", "brief"]} />
        <FormActions action="Save" pending="Saving…" busy={save.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
