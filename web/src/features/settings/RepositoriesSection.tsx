/** The repositories a technical analysis is written against. Only their names and remotes are kept; never code. */
import { Trash2 } from "lucide-react";
import { useRef } from "react";
import { isProblem } from "~/api/problem";
import type { Project } from "~/api/types";
import { addRepository, removeRepository } from "~/api/workspace";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { readForm } from "~/lib/form";
import { Section } from "./Section";
import { useProjectChange } from "./useProjectChange";

type Added = { name: string; remote: string; default_branch?: string };

export function RepositoriesSection({ project, mayChange }: { project: Project; mayChange: boolean }) {
  const form = useRef<HTMLFormElement>(null);
  const add = useProjectChange(project, (repository: Added) => addRepository(project, repository));
  const remove = useProjectChange(project, (id: string) => removeRepository(project, id));
  const field = (name: string) => (isProblem(add.error) ? add.error.field(name) : undefined);
  return (
    <Section
      id="repositories"
      title="Repositories"
      lead="Names and remotes only; the code never leaves the developers' machines."
    >
      {project.repositories.length === 0 && <p className="mt-3 text-ink-3">None yet.</p>}
      <ul className="mt-3 divide-y divide-rule border-rule border-y empty:hidden">
        {project.repositories.map((repository) => (
          <li key={repository.id} className="flex items-center gap-3 py-2">
            <span className="min-w-0 flex-1 sm:flex sm:items-center sm:gap-3">
              <span className="block w-36 shrink-0 truncate font-medium">{repository.name}</span>
              <span className="mono block min-w-0 flex-1 break-all text-ink-2">{repository.remote}</span>
            </span>
            <span className="mono text-ink-3 max-sm:hidden">{repository.default_branch}</span>
            {mayChange && (
              <button
                type="button"
                className="btn btn-ghost btn-icon"
                disabled={remove.isPending}
                onClick={() => remove.mutate(repository.id)}
                aria-label={`Remove repository ${repository.name}`}
              >
                <Trash2 size={14} aria-hidden />
              </button>
            )}
          </li>
        ))}
      </ul>
      {mayChange && (
        <form
          ref={form}
          className="mt-3 grid items-start gap-3 sm:grid-cols-[1fr_2fr_1fr_auto]"
          onSubmit={(event) => {
            const { default_branch, ...rest } = readForm(event, ["name", "remote", "default_branch"]);
            const added = default_branch ? { ...rest, default_branch } : rest;
            add.mutate(added, { onSuccess: () => form.current?.reset() });
          }}
        >
          <Field label="Name" error={field("name")} className="">
            {(control) => <input {...control} name="name" required className="field" />}
          </Field>
          <Field label="Remote" error={field("remote")} className="">
            {(control) => <input {...control} name="remote" required className="field font-mono text-xs" />}
          </Field>
          <Field label="Default branch" error={field("default_branch")} className="">
            {(control) => (
              <input
                {...control}
                name="default_branch"
                placeholder="optional"
                className="field font-mono text-xs"
              />
            )}
          </Field>
          <button type="submit" className="btn h-8 sm:mt-6" disabled={add.isPending}>
            Add repository
          </button>
        </form>
      )}
      <ProblemNotice error={add.error} fields={["name", "remote", "default_branch"]} />
      <ProblemNotice error={remove.error} />
    </Section>
  );
}
