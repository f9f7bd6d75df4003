/** The source being written and what it will look like: side by side where there is room, one at a time elsewhere. */
import { lazy, Suspense, useDeferredValue, useMemo, useState } from "react";
import type { Stage } from "~/api/types";
import { useDiagramFindings } from "~/components/document/broken";
import { Markdown } from "~/components/document/Markdown";
import { Skeleton } from "~/components/ui/Notice";
import { PaneTabs } from "~/components/ui/PaneTabs";
import { FindingsBar } from "./FindingsBar";
import { useCheck } from "./useCheck";

const SourceEditor = lazy(() => import("~/components/document/SourceEditor"));

const PANES = [
  { id: "write", name: "Write" },
  { id: "preview", name: "Preview" },
] as const;

/** What is said instead of the count; a check that is under way leaves the last one standing. */
const WAITING = {
  checking: null,
  checked: null,
  failed: "The text can't be checked just now; it is tried again as you type",
} as const;

type Props = {
  place: { phaseId: string; stage: Stage };
  initial: string;
  text: string;
  onChange: (text: string) => void;
};

export function EditorPanes({ place, initial, text, onChange }: Props) {
  const checked = useCheck(place, text);
  const [goTo, setGoTo] = useState<{ line: number } | null>(null);
  const [pane, setPane] = useState<"write" | "preview">("write");
  // A long document is drawn again when there is time, never between two keys.
  const preview = useDeferredValue(text);
  const diagrams = useDiagramFindings(preview);
  const findings = useMemo(() => [...checked.findings, ...diagrams], [checked.findings, diagrams]);
  return (
    <div className="@container flex min-h-0 flex-1 flex-col">
      <FindingsBar
        findings={findings}
        waiting={WAITING[checked.state]}
        onShow={(finding) => {
          setPane("write");
          setGoTo({ line: finding.place.line });
        }}
      />
      <PaneTabs label="Editor pane" className="@3xl:hidden" panes={PANES} pane={pane} onPane={setPane} />
      <div className="grid min-h-0 flex-1 @3xl:grid-cols-2 @3xl:divide-x @3xl:divide-rule">
        <div className={`min-h-0 overflow-hidden ${pane === "write" ? "" : "@max-3xl:hidden"}`}>
          <Suspense fallback={<Skeleton lines={8} className="p-6" />}>
            <SourceEditor
              initial={initial}
              label="Document source"
              onChange={onChange}
              findings={findings}
              goTo={goTo}
            />
          </Suspense>
        </div>
        <div
          className={`fine-scroll min-h-0 overflow-y-auto px-6 py-5 ${pane === "preview" ? "" : "@max-3xl:hidden"}`}
          tabIndex={0}
          role="region"
          aria-label="Preview"
        >
          <Markdown text={preview} />
        </div>
      </div>
    </div>
  );
}
