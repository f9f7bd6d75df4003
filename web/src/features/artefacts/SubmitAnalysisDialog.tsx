/** A technical analysis from outside: pasted or from a file, with where it comes from. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus, Trash2 } from "lucide-react";
import { useState } from "react";
import { keys } from "~/api/queries";
import { submitAnalysis } from "~/api/submissions";
import type { Source, Stage } from "~/api/types";
import { Markdown } from "~/components/document/Markdown";
import { Dialog, FormActions } from "~/components/ui/Dialog";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { readForm } from "~/lib/form";

type Props = {
  place: { phaseId: string; stage: Stage };
  onClose: () => void;
  /** Nothing where it is kept beside an approved one. */
  onSubmitted: (version: number | null) => void;
};
type Repository = { name: string; remote: string; branch: string; commit: string };
const NO_REPOSITORY: Repository = { name: "", remote: "", branch: "", commit: "" };

/** The first heading of a document, which is its title unless somebody writes another. */
export const headingOf = (markdown: string): string => markdown.match(/^#\s+(.+)$/m)?.[1]?.trim() ?? "";

export function SubmitAnalysisDialog({ place, onClose, onSubmitted }: Props) {
  const client = useQueryClient();
  const [markdown, setMarkdown] = useState("");
  const [title, setTitle] = useState<string | null>(null);
  const [repositories, setRepositories] = useState<Repository[]>([]);
  const [preview, setPreview] = useState(false);
  const submit = useMutation({
    mutationFn: (source: Source) =>
      submitAnalysis(place, { title: title ?? headingOf(markdown), markdown, source }),
    onSuccess: async (saved) => {
      await Promise.all([
        client.invalidateQueries({ queryKey: keys.phase(place.phaseId), exact: true }),
        client.invalidateQueries({ queryKey: keys.artefact(place.phaseId, place.stage) }),
      ]);
      onSubmitted("kept_as_draft" in saved ? null : saved.version);
    },
  });
  return (
    <Dialog
      open
      wide
      onOpenChange={onClose}
      title="Submit technical analysis"
      description="The Markdown that you, or your IDE's agent, wrote against the live repository, held to what an analysis must hold: its sections, a row for each requirement, evidence with commit and hash. It goes into review as a new version with you as its author."
    >
      <form
        onSubmit={(event) => {
          const { tool, model } = readForm(event, ["tool", "model"]);
          submit.mutate({ tool, repositories, ...(model ? { model } : {}) });
        }}
      >
        <div className="flex flex-wrap items-center gap-2">
          <label className="btn cursor-pointer focus-within:outline-2 focus-within:outline-accent">
            Upload a file
            <input
              type="file"
              accept=".md,.markdown,.txt,text/markdown,text/plain"
              className="sr-only"
              onChange={async (event) => {
                const file = event.target.files?.[0];
                if (file) setMarkdown(await file.text());
              }}
            />
          </label>
          <span className="flex-1" />
          <button
            type="button"
            className="btn btn-ghost"
            aria-pressed={preview}
            onClick={() => setPreview(!preview)}
          >
            {preview ? "Back to the text" : "Preview"}
          </button>
        </div>
        {preview ? (
          <div className="fine-scroll mt-2 h-64 overflow-y-auto rounded-sm border border-rule bg-sheet p-4">
            <Markdown text={markdown} />
          </div>
        ) : (
          <Field label="Markdown" className="mt-2">
            {(control) => (
              <textarea
                {...control}
                required
                rows={11}
                value={markdown}
                onChange={(event) => setMarkdown(event.target.value)}
                placeholder="# Technical analysis: …"
                className="field font-mono text-xs"
              />
            )}
          </Field>
        )}
        <div className="grid gap-3 sm:grid-cols-3">
          <Field label="Title" className="mt-3 sm:col-span-1">
            {(control) => (
              <input
                {...control}
                required
                maxLength={200}
                value={title ?? headingOf(markdown)}
                onChange={(event) => setTitle(event.target.value)}
                className="field"
              />
            )}
          </Field>
          <Field label="Written with">
            {(control) => (
              <input {...control} name="tool" required defaultValue="by hand" className="field" />
            )}
          </Field>
          <Field label="Model (optional)">
            {(control) => <input {...control} name="model" className="field" />}
          </Field>
        </div>
        <Repositories repositories={repositories} onChange={setRepositories} />
        <ProblemNotice error={submit.error} />
        <FormActions
          action="Submit"
          pending="Submitting…"
          busy={submit.isPending}
          blocked={markdown.trim() === ""}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

type RepositoriesProps = { repositories: Repository[]; onChange: (repositories: Repository[]) => void };

function Repositories({ repositories, onChange }: RepositoriesProps) {
  const set = (index: number, change: Partial<Repository>) =>
    onChange(
      repositories.map((repository, at) => (at === index ? { ...repository, ...change } : repository)),
    );
  return (
    <fieldset className="mt-4">
      <legend className="label">Repositories it was written against</legend>
      {repositories.map((repository, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: rows have no identity of their own while they are typed
        <div key={index} className="mt-1.5 grid grid-cols-2 gap-1.5 sm:grid-cols-[1fr_2fr_1fr_1.4fr_auto]">
          {(["name", "remote", "branch", "commit"] as const).map((field) => (
            <input
              key={field}
              required
              aria-label={`Repository ${index + 1} ${field}`}
              placeholder={field}
              value={repository[field]}
              onChange={(event) => set(index, { [field]: event.target.value })}
              className="field font-mono text-xs"
            />
          ))}
          <button
            type="button"
            className="btn btn-ghost btn-icon"
            aria-label={`Remove repository ${index + 1}`}
            onClick={() => onChange(repositories.filter((_, at) => at !== index))}
          >
            <Trash2 size={13} aria-hidden />
          </button>
        </div>
      ))}
      <button type="button" className="btn mt-1.5" onClick={() => onChange([...repositories, NO_REPOSITORY])}>
        <Plus size={13} aria-hidden />
        Add repository
      </button>
    </fieldset>
  );
}
