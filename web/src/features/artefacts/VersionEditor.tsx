/**
 * Editing a document by hand. The draft survives a reload; saving names the version it started from,
 * so that somebody else's newer text is never overwritten.
 */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { lazy, Suspense, useEffect, useState } from "react";
import { saveVersion } from "~/api/phases";
import { hasCode } from "~/api/problem";
import { keys } from "~/api/queries";
import type { ArtefactVersion, Stage } from "~/api/types";
import { Markdown } from "~/components/document/Markdown";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { stageName } from "~/lib/stages";
import { recall, remember } from "~/lib/storage";
import { FindingsBar } from "./FindingsBar";
import { useCheck } from "./useCheck";

const SourceEditor = lazy(() => import("~/components/document/SourceEditor"));

/** What is said instead of the count; a check that is under way leaves the last one standing. */
const WAITING = {
  checking: null,
  checked: null,
  failed: "The text can't be checked just now; it is tried again as you type",
} as const;

type Props = {
  place: { phaseId: string; stage: Stage };
  base: ArtefactVersion;
  newest: number | null;
  onDone: (saved: number | null) => void;
};

export function VersionEditor({ place, base, newest, onDone }: Props) {
  const client = useQueryClient();
  const draftKey = `edit.${place.phaseId}.${place.stage}.v${base.version}`;
  const [text, setText] = useState(() => recall(draftKey) ?? base.markdown);
  const [title, setTitle] = useState(base.title);
  const [pane, setPane] = useState<"write" | "preview">("write");
  const checked = useCheck(place, text);
  const [goTo, setGoTo] = useState<{ line: number } | null>(null);
  const changed = text !== base.markdown || title !== base.title;
  useEffect(() => remember(draftKey, text === base.markdown ? null : text), [draftKey, text, base.markdown]);
  const save = useMutation({
    mutationFn: () =>
      saveVersion(place, { title: title.trim() || base.title, markdown: text, basedOn: base.version }),
    onSuccess: async (saved) => {
      remember(draftKey, null);
      await Promise.all([
        client.invalidateQueries({ queryKey: keys.phase(place.phaseId), exact: true }),
        client.invalidateQueries({ queryKey: keys.artefact(place.phaseId, place.stage) }),
      ]);
      onDone(saved.version);
    },
  });
  const cancel = () => {
    remember(draftKey, null);
    onDone(null);
  };
  return (
    <article aria-label={`Editing ${stageName(place.stage)}`} className="flex h-full flex-col bg-sheet">
      <div className="flex min-h-10 shrink-0 flex-wrap items-center gap-2 border-rule border-b px-4 py-1.5">
        <span className="text-ink-2 text-xs">
          Editing from <b className="font-medium text-ink">v{base.version}</b>
        </span>
        <input
          aria-label="Title"
          value={title}
          maxLength={200}
          onChange={(event) => setTitle(event.target.value)}
          className="field h-7 max-w-64 flex-1"
        />
        <div
          role="group"
          aria-label="Editor pane"
          className="flex rounded-sm border border-rule p-px lg:hidden"
        >
          {(["write", "preview"] as const).map((id) => (
            <button
              key={id}
              type="button"
              aria-pressed={pane === id}
              onClick={() => setPane(id)}
              className={`h-[22px] rounded-xs px-2 text-xs capitalize ${pane === id ? "bg-ink text-sheet" : "text-ink-2"}`}
            >
              {id}
            </button>
          ))}
        </div>
        <span className="flex-1" />
        <button type="button" className="btn" onClick={cancel}>
          Cancel
        </button>
        <button
          type="button"
          className="btn btn-primary"
          disabled={!changed || save.isPending || text.trim() === ""}
          onClick={() => save.mutate()}
        >
          {save.isPending ? "Saving…" : "Save version"}
        </button>
      </div>
      {(save.error !== null || (newest !== null && newest > base.version)) && (
        <div className="px-4 pb-3">
          <ProblemNotice error={save.error} />
          {newest !== null && newest > base.version && (
            <p role="alert" className="mt-3 text-review text-xs">
              v{newest} was saved while you were editing v{base.version}.
              {hasCode(save.error, "version-changed") &&
                " Copy your text, cancel, and edit the newer version."}
            </p>
          )}
        </div>
      )}
      <FindingsBar
        findings={checked.findings}
        waiting={WAITING[checked.state]}
        onShow={(finding) => {
          setPane("write");
          setGoTo({ line: finding.place.line });
        }}
      />
      <div className="grid min-h-0 flex-1 lg:grid-cols-2 lg:divide-x lg:divide-rule">
        <div className={`min-h-0 overflow-hidden ${pane === "write" ? "" : "max-lg:hidden"}`}>
          <Suspense fallback={<Skeleton lines={8} className="p-6" />}>
            <SourceEditor
              initial={text}
              label="Document source"
              onChange={setText}
              findings={checked.findings}
              goTo={goTo}
            />
          </Suspense>
        </div>
        <div
          className={`fine-scroll min-h-0 overflow-y-auto px-6 py-5 ${pane === "preview" ? "" : "max-lg:hidden"}`}
          role="region"
          tabIndex={0}
          aria-label="Preview"
        >
          <Markdown text={text} streaming />
        </div>
      </div>
    </article>
  );
}
