/**
 * The living document of a stage: read, compare, source, edit; and line by line while Conductor writes it.
 * What somebody is reading is never swapped under their eyes: a newer version announces itself instead.
 */
import { useQuery } from "@tanstack/react-query";
import { FilePlus2, PenLine } from "lucide-react";
import { lazy, type ReactNode, Suspense, useRef, useState } from "react";
import { artefactQuery, versionQuery, versionsQuery } from "~/api/queries";
import type { Me, Phase, StageView } from "~/api/types";
import { Markdown } from "~/components/document/Markdown";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { stageName } from "~/lib/stages";
import type { LiveTurn } from "~/live/turn";
import type { DiffLook } from "./DiffView";
import { DocumentEmpty, LiveDocument } from "./DocumentStates";
import { DraftNotice } from "./DraftNotice";
import { DriftNote } from "./DriftNote";
import { FindingsBar } from "./FindingsBar";
import { KeptSubmissions } from "./KeptSubmissions";
import { Provenance } from "./Provenance";
import { SidecarTables } from "./SidecarTables";
import { SubmitAnalysisDialog } from "./SubmitAnalysisDialog";
import { TracePanel } from "./TracePanel";
import { useFindings } from "./useFindings";
import { useSeen } from "./useSeen";
import { VersionEditor } from "./VersionEditor";
import { VersionMenu } from "./VersionMenu";
import { type View, ViewTabs } from "./ViewTabs";

const DiffView = lazy(() => import("./DiffView"));
const SourceView = lazy(() => import("~/components/document/SourceView"));

/** What is read has a margin for what people say beside it; two texts beside one another take more room. */
const WIDTH = { read: "max-w-[1040px]", diff: "max-w-[780px]", source: "", split: "max-w-[1400px]" } as const;

export type DocumentSearch = {
  view: View;
  version: number | null;
  compare: number | null;
  /** The finding to be shown at its place. */
  finding: string | null;
  look: DiffLook;
  /** The id whose trace is open. */
  trace: string | null;
};

type Props = {
  phase: Phase;
  view: StageView;
  live: LiveTurn | null;
  search: DocumentSearch;
  /** The version on screen, which may lag behind the newest one. */
  shownVersion: number | null;
  /** A version that arrived while another was being read. */
  newer: number | null;
  watching: boolean;
  onWatch: () => void;
  onSearch: (change: Partial<DocumentSearch>) => void;
  /** A person saved this version; it is what they want to see. */
  onSaved: (version: number) => void;
  me: Me;
  gate: ReactNode;
  /** What is shown around the text of a version that is read: what people say beside it. */
  annotate: (version: number, text: ReactNode) => ReactNode;
};

export function DocumentPane(props: Props) {
  const { phase, view, live, search, shownVersion, newer, watching, onWatch, onSearch, onSaved, me, gate } =
    props;
  const { annotate } = props;
  const place = { phaseId: phase.id, stage: view.stage };
  const versions = useQuery({
    ...versionsQuery(phase.id, view.stage),
    enabled: view.latest_version !== null,
  });
  const version = useQuery({
    ...versionQuery(phase.id, view.stage, shownVersion ?? 0),
    enabled: shownVersion !== null,
  });
  const artefact = useQuery(artefactQuery(phase.id, view.stage));
  const text = useRef<HTMLDivElement>(null);
  const found = useFindings({
    artefact: artefact.data,
    shown: shownVersion,
    finding: search.finding,
    markdown: version.data?.markdown ?? "",
    text,
    ready: version.isSuccess,
  });
  const [editing, setEditing] = useState(false);
  const [submitting, setSubmitting] = useState(false);
  const writing = live?.parts.findLast((part) => part.kind === "document" && !part.saved) ?? null;
  const growing = writing?.kind === "document" && watching ? writing : null;
  const mayEdit = view.may.includes("add_artefact_version");
  const maySubmit = view.may.includes("submit_technical_analysis") && view.stage === "technical_analysis";
  const compare = search.compare ?? comparedWith(shownVersion, view, artefact.data);
  const draft = artefact.data?.draft ?? null;
  const seen = useSeen(place, version.data && !growing ? version.data.version : null);
  const shownAs: View = search.view === "diff" && compare === null ? "read" : search.view;

  if (editing) {
    return (
      <VersionEditor
        phase={phase}
        view={view}
        me={me}
        started={version.data ?? null}
        draft={draft}
        onDone={(saved) => {
          setEditing(false);
          if (saved !== null) onSaved(saved);
        }}
      />
    );
  }
  return (
    <article aria-label={`${stageName(view.stage)} document`} className="flex h-full flex-col bg-sheet">
      <div className="flex min-h-10 shrink-0 flex-wrap empty:hidden items-center gap-2 border-rule border-b px-4 py-1.5">
        {versions.data && shownVersion !== null && (
          <VersionMenu
            versions={versions.data}
            view={view}
            shown={shownVersion}
            compare={compare}
            onShow={(next) => onSearch({ version: next === view.latest_version ? null : next })}
            onCompare={(next) => onSearch({ compare: next, view: "diff" })}
          />
        )}
        {shownVersion !== null && (
          <ViewTabs
            place={place}
            view={shownAs}
            shown={shownVersion}
            compare={compare}
            onView={(next) => onSearch({ view: next })}
          />
        )}
        {(shownVersion !== null || maySubmit) && <span className="flex-1" />}
        {maySubmit && (
          <button type="button" className="btn" onClick={() => setSubmitting(true)}>
            <FilePlus2 size={13} aria-hidden />
            Submit technical analysis
          </button>
        )}
        {(mayEdit || artefact.data?.may_draft) &&
          (version.data || view.latest_version === null) &&
          !growing && (
            <button type="button" className="btn" onClick={() => setEditing(true)}>
              <PenLine size={13} aria-hidden />
              {!version.data ? "Write by hand" : mayEdit ? "Edit" : "Draft changes"}
            </button>
          )}
      </div>
      {draft && <DraftNotice place={place} draft={draft} maySave={mayEdit} onOpen={() => setEditing(true)} />}
      {(artefact.data?.kept_submissions.length ?? 0) > 0 && (
        <KeptSubmissions
          phase={phase}
          view={view}
          kept={artefact.data?.kept_submissions ?? []}
          onAdopted={(version) => version !== null && onSaved(version)}
        />
      )}
      {artefact.data?.drift && artefact.data.drift.version === shownVersion && (
        <DriftNote drift={artefact.data.drift} />
      )}
      {writing && !growing && (
        <Announcement text="Conductor is writing a new version." action="Watch" onAction={onWatch} />
      )}
      {!writing && newer !== null && (
        <Announcement
          text={`v${newer} has arrived while you read v${shownVersion}.`}
          action={`Show v${newer}`}
          onAction={() => onSearch({ version: null })}
        />
      )}
      {found.findings.length > 0 && !growing && (
        <FindingsBar
          key={`${view.stage} v${shownVersion}`}
          findings={found.findings}
          pointed={search.finding !== null}
          onShow={(finding) => {
            if (shownAs === "read") found.show(finding);
            onSearch({ view: "read", finding: finding.id });
          }}
        />
      )}
      <div
        ref={seen}
        className="fine-scroll min-h-0 flex-1 overflow-y-auto"
        tabIndex={0}
        role="region"
        aria-label="Document text"
      >
        {growing ? (
          <LiveDocument title={growing.title} text={growing.text} />
        ) : shownVersion === null ? (
          <DocumentEmpty phase={phase} view={view} />
        ) : (
          <>
            <ProblemNotice error={version.error} />
            {version.isPending && <Skeleton lines={8} className="p-8" />}
            {version.data && (
              <Suspense fallback={<Skeleton lines={8} className="p-8" />}>
                {shownAs === "source" ? (
                  <SourceView text={version.data.markdown} label={`Source of v${version.data.version}`} />
                ) : (
                  <div
                    ref={text}
                    className={`mx-auto w-full px-5 py-6 sm:px-10 ${WIDTH[shownAs === "diff" && search.look.layout === "split" ? "split" : shownAs]}`}
                  >
                    {shownAs === "diff" && compare !== null ? (
                      <DiffView
                        place={place}
                        from={compare}
                        to={shownVersion}
                        look={search.look}
                        onLook={(change) => onSearch({ look: { ...search.look, at: null, ...change } })}
                      />
                    ) : (
                      annotate(
                        version.data.version,
                        <Markdown text={version.data.markdown} onId={(id) => onSearch({ trace: id })} />,
                      )
                    )}
                    {shownAs === "read" && version.data.sidecar && (
                      <SidecarTables sidecar={version.data.sidecar} />
                    )}
                    <Provenance version={version.data} />
                  </div>
                )}
              </Suspense>
            )}
          </>
        )}
      </div>
      {search.trace && (
        <TracePanel
          phase={phase}
          id={search.trace}
          stage={view.stage}
          onClose={() => onSearch({ trace: null })}
        />
      )}
      {gate}
      {submitting && (
        <SubmitAnalysisDialog
          place={place}
          onClose={() => setSubmitting(false)}
          onSubmitted={(version) => {
            setSubmitting(false);
            if (version !== null) onSaved(version);
          }}
        />
      )}
    </article>
  );
}

/**
 * The version that the one on screen is compared with: for what awaits a decision the one that the reader last saw
 * or sent back, as the server says; otherwise the one before.
 */
function comparedWith(
  shown: number | null,
  view: StageView,
  artefact: { brief?: { version: number; since?: { version: number } | null } | null } | undefined,
): number | null {
  if (shown === null) return null;
  const brief = artefact?.brief;
  if (brief?.since && brief.version === shown && shown === view.latest_version) return brief.since.version;
  return shown > 1 ? shown - 1 : null;
}

function Announcement({ text, action, onAction }: { text: string; action: string; onAction: () => void }) {
  return (
    <div
      role="status"
      className="flex shrink-0 items-center gap-3 border-rule border-b bg-draft-soft px-4 py-1.5 text-xs"
    >
      <span className="text-ink">{text}</span>
      <button type="button" className="link font-medium" onClick={onAction}>
        {action}
      </button>
    </div>
  );
}
