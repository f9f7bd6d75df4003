/**
 * Editing a document by hand. What is typed is kept as a draft of one's own, on the server; it becomes a version only
 * by Save version, which names the version it started from, so that somebody else's newer text is never overwritten:
 * then both are put together, and nobody's words are lost.
 */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { discardDraft, saveVersion } from "~/api/phases";
import { hasCode } from "~/api/problem";
import { draftQuery, keys, versionQuery } from "~/api/queries";
import type { ArtefactVersion, DraftSummary, Me, Phase, StageView } from "~/api/types";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { openChangeRequests } from "~/lib/changeRequests";
import { stageName } from "~/lib/stages";
import { useTopic } from "~/live/connection";
import { editingTopic } from "~/live/frames";
import { usePresent } from "~/live/store";
import { AnswersRow } from "./AnswersRow";
import { EditorPanes } from "./EditorPanes";
import { ElsewhereNotice, MergePanel } from "./MergePanel";
import { unsentDraft, useDraft, type Working } from "./useDraft";

type Props = {
  phase: Phase;
  view: StageView;
  me: Me;
  /** The version on screen; none where the stage has none. */
  started: ArtefactVersion | null;
  draft: DraftSummary | null;
  onDone: (saved: number | null) => void;
};

/** Waits for the draft, where there is one, so that the editor begins with the right text. */
export function VersionEditor(props: Props) {
  const { phase, view, started, draft } = props;
  const place = { phaseId: phase.id, stage: view.stage };
  const stored = useQuery({ ...draftQuery(phase.id, view.stage), enabled: draft !== null });
  const [unsent] = useState(() => unsentDraft(place, draft?.revision ?? 0));
  if (draft && stored.error) return <ProblemNotice error={stored.error} />;
  if (draft && !stored.data) return <Skeleton lines={8} className="p-8" />;
  const fresh: Working = {
    title: started?.title ?? `${stageName(view.stage)}: ${phase.title}`.slice(0, 160),
    markdown: started?.markdown ?? "",
    baseVersion: started?.version ?? null,
  };
  const kept = stored.data && {
    title: stored.data.title,
    markdown: stored.data.markdown,
    baseVersion: stored.data.base_version ?? null,
  };
  return <Editor {...props} initial={unsent ?? kept ?? fresh} revision={stored.data?.revision ?? 0} />;
}

function Editor({
  phase,
  view,
  me,
  onDone,
  initial,
  revision,
}: Props & { initial: Working; revision: number }) {
  const client = useQueryClient();
  const place = { phaseId: phase.id, stage: view.stage };
  const draft = useDraft(place, revision);
  const [working, setWorking] = useState(initial);
  // A text that was put together from two is a new beginning for the editor.
  const [beginning, setBeginning] = useState({ number: 0, text: initial.markdown });
  const [merging, setMerging] = useState(false);
  const [answered, setAnswered] = useState<string[]>([]);
  const base = useQuery({
    ...versionQuery(phase.id, view.stage, working.baseVersion ?? 0),
    enabled: working.baseVersion !== null,
  });
  const topic = editingTopic(phase.id, view.stage);
  useTopic(topic);
  const others = usePresent(topic).filter((person) => person.user_id !== me.user_id);
  const newest = view.latest_version ?? null;
  const overtaken = newest !== null && newest > (working.baseVersion ?? 0) ? newest : null;
  const changed =
    working.baseVersion === null ||
    working.markdown !== base.data?.markdown ||
    working.title !== base.data?.title;
  const mayNot = view.may_not.find((denied) => denied.verb === "add_artefact_version")?.reason ?? null;
  const maySave = view.may.includes("add_artefact_version") || view.may.includes("submit_technical_analysis");
  const refresh = () => client.invalidateQueries({ queryKey: keys.artefact(place.phaseId, place.stage) });

  const change = (next: Partial<Working>) => {
    const all = { ...working, ...next };
    setWorking(all);
    draft.change(all);
  };
  const begin = (next: Working) => {
    setWorking(next);
    setBeginning((before) => ({ number: before.number + 1, text: next.markdown }));
    draft.change(next);
  };
  const save = useMutation({
    mutationFn: async () => {
      await draft.stop();
      const title = working.title.trim() || initial.title;
      const open = openChangeRequests(view).map((request) => request.id);
      return saveVersion(place, {
        title,
        markdown: working.markdown,
        // One that was settled meanwhile needs no answer.
        answers: answered.filter((id) => open.includes(id)),
        basedOn: working.baseVersion ?? 0,
      });
    },
    onSuccess: async (saved) => {
      await Promise.all([
        client.invalidateQueries({ queryKey: keys.phase(place.phaseId), exact: true }),
        refresh(),
      ]);
      onDone(saved.version);
    },
    onError: (error) => {
      draft.goOn(working);
      if (hasCode(error, "version-changed")) setMerging(true);
      void client.invalidateQueries({ queryKey: keys.phase(place.phaseId), exact: true });
    },
  });
  const discard = useMutation({
    mutationFn: async () => {
      await draft.stop();
      await discardDraft(place);
    },
    onSuccess: async () => {
      await refresh();
      onDone(null);
    },
  });
  const close = async () => {
    onDone(null);
    await refresh();
  };
  return (
    <article aria-label={`Editing ${stageName(view.stage)}`} className="flex h-full flex-col bg-sheet">
      <div className="flex min-h-10 shrink-0 flex-wrap items-center gap-2 border-rule border-b px-4 py-1.5">
        <span className="text-ink-2 text-xs">
          {working.baseVersion === null ? (
            "A first version"
          ) : (
            <>
              Editing from <b className="font-medium text-ink">v{working.baseVersion}</b>
            </>
          )}
        </span>
        <input
          aria-label="Title"
          value={working.title}
          maxLength={160}
          onChange={(event) => change({ title: event.target.value })}
          className="field h-7 max-w-64 flex-1 max-sm:max-w-none max-sm:basis-full"
        />
        <span className="text-2xs text-ink-3" role="status">
          {STATE_WORDS[draft.state]}
        </span>
        <span className="flex-1" />
        <button type="button" className="btn" disabled={discard.isPending} onClick={() => discard.mutate()}>
          Discard draft
        </button>
        <button type="button" className="btn" onClick={() => void close()}>
          Close
        </button>
        <button
          type="button"
          className="btn btn-primary"
          disabled={!maySave || !changed || save.isPending || working.markdown.trim() === ""}
          onClick={() => (overtaken ? setMerging(true) : save.mutate())}
        >
          {save.isPending ? "Saving…" : "Save version"}
        </button>
      </div>
      <div className="shrink-0 px-4 text-xs empty:hidden [&>*]:my-2">
        {others.length > 0 && (
          <p role="status" className="text-review">
            {others.map((person) => person.name).join(" and ")} {others.length === 1 ? "is" : "are"} editing
            this too. Both texts are kept; whoever saves second is shown both.
          </p>
        )}
        {!maySave && mayNot && <p className="text-ink-2">{mayNot} Your draft is kept beside it.</p>}
        <AnswersRow view={view} answered={answered} onChange={setAnswered} />
        {overtaken && !merging && (
          <p role="alert" className="text-review">
            v{overtaken} was saved while you were editing v{working.baseVersion}.{" "}
            <button type="button" className="link font-medium" onClick={() => setMerging(true)}>
              Put both together
            </button>
          </p>
        )}
        {draft.state === "elsewhere" && (
          <ElsewhereNotice
            place={place}
            onKeepMine={(found) => {
              draft.follow(found);
              draft.change(working);
            }}
            onTakeOther={(other, found) => {
              draft.follow(found);
              begin(other);
            }}
          />
        )}
        {save.error !== null && !hasCode(save.error, "version-changed") && (
          <ProblemNotice error={save.error} />
        )}
        <ProblemNotice error={discard.error} />
      </div>
      {merging && overtaken ? (
        <MergePanel
          place={place}
          base={working.baseVersion}
          newest={overtaken}
          mine={working.markdown}
          onMerged={(markdown) => {
            setMerging(false);
            begin({ ...working, markdown, baseVersion: overtaken });
          }}
          onClose={() => setMerging(false)}
        />
      ) : (
        <EditorPanes
          key={beginning.number}
          place={place}
          initial={beginning.text}
          text={working.markdown}
          onChange={(markdown) => change({ markdown })}
        />
      )}
    </article>
  );
}

const STATE_WORDS = {
  unchanged: "",
  waiting: "Draft not kept yet…",
  keeping: "Keeping your draft…",
  kept: "Draft kept",
  elsewhere: "Changed elsewhere",
  failed: "Not kept: only this browser has your draft",
} as const;
