/** The project context: what Conductor is given in every conversation. Markdown, with a preview. */
import { useState } from "react";
import { hasCode } from "~/api/problem";
import type { Project } from "~/api/types";
import { changeProject } from "~/api/workspace";
import { Markdown } from "~/components/document/Markdown";
import { ProblemNotice } from "~/components/ui/Notice";
import { Section } from "./Section";
import { useProjectChange } from "./useProjectChange";

export function ContextSection({ project, mayChange }: { project: Project; mayChange: boolean }) {
  // The project as it was when editing began: its version goes into If-Match.
  const [editing, setEditing] = useState<{ from: Project; text: string } | null>(null);
  const save = useProjectChange(project, (edit: { from: Project; text: string }) =>
    changeProject(edit.from, { context: edit.text }),
  );
  const lead = `Goals, stack, conventions, constraints. Conductor is given it word for word, in every conversation. Version ${project.context_version}.`;
  return (
    <Section id="context" title="Context" lead={lead}>
      {editing ? (
        <>
          <div className="mt-3 grid gap-3 lg:grid-cols-2">
            <textarea
              aria-label="Project context, Markdown"
              rows={16}
              value={editing.text}
              onChange={(event) => setEditing({ ...editing, text: event.target.value })}
              className="field font-mono text-xs"
            />
            <div
              role="region"
              aria-label="Preview"
              className="panel fine-scroll max-h-[420px] overflow-y-auto px-5 py-4"
            >
              <Markdown text={editing.text} />
            </div>
          </div>
          <ProblemNotice error={save.error}>
            {hasCode(save.error, "version-changed") && (
              <button
                type="button"
                className="link mt-1"
                onClick={() => setEditing({ ...editing, from: project })}
              >
                Keep my text and save over it
              </button>
            )}
          </ProblemNotice>
          <div className="mt-3 flex gap-2">
            <button
              type="button"
              className="btn btn-primary"
              disabled={save.isPending || editing.text === editing.from.context}
              onClick={() => save.mutate(editing, { onSuccess: () => setEditing(null) })}
            >
              {save.isPending ? "Saving…" : "Save context"}
            </button>
            <button type="button" className="btn" onClick={() => setEditing(null)}>
              Cancel
            </button>
          </div>
        </>
      ) : (
        <>
          <div className="panel mt-3 px-6 py-5">
            {project.context.trim() ? (
              <Markdown text={project.context} />
            ) : (
              <p className="text-ink-3">No context yet. Without it Conductor has to ask for everything.</p>
            )}
          </div>
          {mayChange && (
            <button
              type="button"
              className="btn mt-3"
              onClick={() => setEditing({ from: project, text: project.context })}
            >
              Edit context
            </button>
          )}
        </>
      )}
    </Section>
  );
}
