/** Opens a phase: how much planning it gets, what that costs in gates, a title and a brief. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { type OpenKind, openPhase } from "~/api/phases";
import { isProblem } from "~/api/problem";
import { keys } from "~/api/queries";
import type { Phase, Stage } from "~/api/types";
import { Dialog, FormActions } from "~/components/ui/Dialog";
import { Field } from "~/components/ui/Field";
import { StageMark } from "~/components/ui/Gate";
import { ProblemNotice } from "~/components/ui/Notice";
import { readForm } from "~/lib/form";
import { FULL_STAGES, LIGHT_STAGES, stageName } from "~/lib/stages";

type Props = { projectId: string; onClose: () => void; onOpened: (phase: Phase) => void };

const KINDS: { kind: OpenKind; name: string; when: string; costs: string; stages: Stage[] }[] = [
  {
    kind: "full",
    name: "Full",
    when: "For what many build on: three documents, each approved by a person.",
    costs: "3 gates, then the review of its stories",
    stages: FULL_STAGES,
  },
  {
    kind: "light",
    name: "Light",
    when: "For what is small and clear: a short conversation, a one-page note.",
    costs: "No gate before the review of its stories; can be promoted to full",
    stages: LIGHT_STAGES,
  },
];

export function NewPhaseDialog({ projectId, onClose, onOpened }: Props) {
  const client = useQueryClient();
  const [kind, setKind] = useState<OpenKind>("full");
  const open = useMutation({
    mutationFn: (phase: { title: string; brief: string }) => openPhase(projectId, { kind, ...phase }),
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
      description="How much planning does it need? Either way, nothing enters the backlog without an SDM's approval."
    >
      <form onSubmit={(event) => open.mutate(readForm(event, ["title", "brief"]))}>
        <fieldset className="grid gap-2">
          <legend className="sr-only">Kind</legend>
          {KINDS.map((option) => (
            <Kind
              key={option.kind}
              {...option}
              chosen={option.kind === kind}
              onChoose={() => setKind(option.kind)}
            />
          ))}
        </fieldset>
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
          {(control) => <textarea {...control} name="brief" rows={4} maxLength={32768} className="field" />}
        </Field>
        <ProblemNotice error={open.error} fields={["title", "brief"]} />
        <FormActions action="Open phase" pending="Opening…" busy={open.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}

type KindProps = (typeof KINDS)[number] & { chosen: boolean; onChoose: () => void };

function Kind({ kind, name, when, costs, stages, chosen, onChoose }: KindProps) {
  return (
    <label
      className={`block cursor-pointer rounded-md border p-3 has-focus-visible:outline-2 has-focus-visible:outline-accent ${chosen ? "border-accent bg-accent-soft" : "border-rule bg-sheet hover:border-rule-2"}`}
    >
      <span className="flex items-baseline gap-2">
        <input
          type="radio"
          name="kind"
          value={kind}
          checked={chosen}
          onChange={onChoose}
          className="translate-y-[2px] accent-accent outline-none"
        />
        <span className="font-medium">{name}</span>
        <span className="min-w-0 flex-1 text-ink-2 text-xs">{when}</span>
      </span>
      <Score stages={stages} />
      <span className="mt-1.5 block text-2xs text-ink-2">{costs}</span>
    </label>
  );
}

function Score({ stages }: { stages: Stage[] }) {
  return (
    <span className="mt-2 flex overflow-hidden rounded-sm border border-rule bg-sheet text-2xs">
      {stages.map((stage, index) => (
        <span
          key={stage}
          data-state={index === 0 ? "open" : "locked"}
          className="gate flex flex-1 items-stretch"
        >
          <span className="gate-bg flex flex-1 items-center gap-1.5 px-1.5 py-1 leading-3 max-sm:flex-col max-sm:text-center">
            <StageMark stage={stage} />
            {stageName(stage)}
          </span>
          <span aria-hidden className="barline" />
        </span>
      ))}
    </span>
  );
}
