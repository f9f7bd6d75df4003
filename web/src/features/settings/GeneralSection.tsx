/** Key and name. The key is for ever, because everybody quotes it. */
import type { Project } from "~/api/types";
import { changeProject } from "~/api/workspace";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { readForm } from "~/lib/form";
import { Section } from "./Section";
import { useProjectChange } from "./useProjectChange";

export function GeneralSection({ project, mayChange }: { project: Project; mayChange: boolean }) {
  const save = useProjectChange(project, (name: string) => changeProject(project, { name }));
  return (
    <Section
      id="general"
      title="General"
      lead="The name may change; the key is part of every story's key and stays."
    >
      <form
        className="mt-3 flex flex-wrap items-end gap-3"
        onSubmit={(event) => save.mutate(readForm(event, ["name"]).name)}
      >
        <Field label="Key" className="w-28">
          {(control) => (
            <input {...control} value={project.key} readOnly className="field bg-well font-mono" />
          )}
        </Field>
        <Field label="Name" className="min-w-48 flex-1">
          {(control) => (
            <input
              {...control}
              key={project.name}
              name="name"
              required
              maxLength={120}
              defaultValue={project.name}
              readOnly={!mayChange}
              className="field"
            />
          )}
        </Field>
        {mayChange && (
          <button type="submit" className="btn h-8" disabled={save.isPending}>
            {save.isPending ? "Saving…" : "Save name"}
          </button>
        )}
      </form>
      <p role="status" className="mt-2 text-approved text-xs empty:hidden">
        {save.isSuccess ? "The name is saved." : ""}
      </p>
      <ProblemNotice error={save.error} />
    </Section>
  );
}
