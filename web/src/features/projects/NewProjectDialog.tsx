/** A new project: key and name; the context can follow in its settings. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { isProblem } from "~/api/problem";
import { keys } from "~/api/queries";
import type { Project } from "~/api/types";
import { createProject } from "~/api/workspace";
import { Dialog, FormActions } from "~/components/ui/Dialog";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { readForm } from "~/lib/form";

type Props = { onClose: () => void; onCreated: (project: Project) => void };

/** A key made from a name: "Clinic booking" → "CB", "Payments" → "PAYM". */
export function suggestKey(name: string): string {
  const words = name.toUpperCase().match(/[A-Z0-9]+/g) ?? [];
  const key = words.length > 1 ? words.map((word) => word[0]).join("") : (words[0] ?? "").slice(0, 4);
  return key.replace(/^[^A-Z]+/, "").slice(0, 10);
}

export function NewProjectDialog({ onClose, onCreated }: Props) {
  const client = useQueryClient();
  const [key, setKey] = useState<string | null>(null);
  const [name, setName] = useState("");
  const create = useMutation({
    mutationFn: createProject,
    onSuccess: async (project) => {
      client.setQueryData(keys.project(project.id), project);
      await Promise.all([
        client.invalidateQueries({ queryKey: keys.projects }),
        client.invalidateQueries({ queryKey: keys.me }),
      ]);
      onCreated(project);
    },
  });
  const field = (pointer: string) => (isProblem(create.error) ? create.error.field(pointer) : undefined);
  return (
    <Dialog open onOpenChange={onClose} title="New project" description="You become its first SDM.">
      <form
        onSubmit={(event) => {
          const { context, ...rest } = readForm(event, ["key", "name", "context"]);
          create.mutate(context ? { ...rest, context } : rest);
        }}
      >
        <div className="grid gap-3 sm:grid-cols-[1fr_140px]">
          <Field label="Name" error={field("name")} className="">
            {(control) => (
              <input
                {...control}
                name="name"
                required
                maxLength={120}
                className="field"
                value={name}
                onChange={(event) => setName(event.target.value)}
              />
            )}
          </Field>
          <Field label="Key" hint="A–Z, 0–9; can't change later" error={field("key")} className="">
            {(control) => (
              <input
                {...control}
                name="key"
                required
                pattern="[A-Z][A-Z0-9]{1,9}"
                title="2 to 10 capital letters and digits, a letter first"
                className="field font-mono"
                value={key ?? suggestKey(name)}
                onChange={(event) => setKey(event.target.value.toUpperCase())}
              />
            )}
          </Field>
        </div>
        <Field
          label="Context"
          hint="Markdown: goals, stack, conventions, constraints. Conductor is given it in every conversation."
          error={field("context")}
        >
          {(control) => <textarea {...control} name="context" rows={6} className="field font-mono text-xs" />}
        </Field>
        <ProblemNotice error={create.error} fields={["name", "key", "context"]} />
        <FormActions action="Create project" pending="Creating…" busy={create.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
