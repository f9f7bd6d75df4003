/** Changes a phase's title and brief; somebody else's change in between is shown, never overwritten unseen. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { changePhase } from "~/api/phases";
import { isProblem } from "~/api/problem";
import { keys, phaseQuery } from "~/api/queries";
import type { Phase } from "~/api/types";
import { Dialog, FormActions } from "~/components/ui/Dialog";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { readForm } from "~/lib/form";

type Words = Pick<Phase, "title" | "brief">;

const same = (one: Words, other: Words) => one.title === other.title && one.brief === other.brief;

export function EditPhaseDialog({ phase, onClose }: { phase: Phase; onClose: () => void }) {
  const client = useQueryClient();
  // What the writer has seen: the words at the beginning, and later what they were told of.
  const [seen, setSeen] = useState(phase);
  const [overtaken, setOvertaken] = useState(false);
  const save = useMutation({
    mutationFn: async (change: Words) => {
      try {
        return await changePhase(seen, change);
      } catch (error) {
        if (!isProblem(error) || error.status !== 412) throw error;
        const now = await client.fetchQuery({ ...phaseQuery(phase.id), staleTime: 0 });
        // A remark or an approval moves the phase's version too: that overwrites nothing.
        if (same(now, seen)) return changePhase(now, change);
        setSeen(now);
        setOvertaken(true);
        throw error;
      }
    },
    onSuccess: (next) => {
      client.setQueryData(keys.phase(next.id), next);
      void client.invalidateQueries({ queryKey: keys.phases(next.project_id) });
      onClose();
    },
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
        {overtaken ? (
          <Theirs words={seen} />
        ) : (
          <ProblemNotice error={save.error} fields={["title", "brief"]} />
        )}
        <FormActions
          action={overtaken ? "Save mine instead" : "Save"}
          pending="Saving…"
          busy={save.isPending}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

/** What somebody else saved meanwhile, to take over by hand or to replace knowingly. */
function Theirs({ words }: { words: Words }) {
  return (
    <div role="alert" className="mt-3 rounded-sm border border-changes/40 bg-changes-soft px-3 py-2 text-xs">
      <p className="font-medium text-ink">
        Somebody else changed it while you were writing; yours is not saved.
      </p>
      <dl className="mt-1 text-ink-2">
        <dt className="font-medium">Their title</dt>
        <dd className="break-words">{words.title}</dd>
        <dt className="mt-1 font-medium">Their brief</dt>
        <dd className="max-h-40 overflow-y-auto whitespace-pre-wrap break-words">{words.brief || "None."}</dd>
      </dl>
      <p className="mt-1 text-ink-2">Take over what you want to keep, then save yours in its place.</p>
    </div>
  );
}
