/** The source being written and what it will look like: side by side where there is room, one at a time elsewhere. */
import { lazy, Suspense, useDeferredValue, useState } from "react";
import { Markdown } from "~/components/document/Markdown";
import { Skeleton } from "~/components/ui/Notice";
import { PaneTabs } from "~/components/ui/PaneTabs";

const SourceEditor = lazy(() => import("~/components/document/SourceEditor"));

const PANES = [
  { id: "write", name: "Write" },
  { id: "preview", name: "Preview" },
] as const;

type Props = { initial: string; text: string; onChange: (text: string) => void };

export function EditorPanes({ initial, text, onChange }: Props) {
  const [pane, setPane] = useState<"write" | "preview">("write");
  // A long document is drawn again when there is time, never between two keys.
  const preview = useDeferredValue(text);
  return (
    <div className="@container flex min-h-0 flex-1 flex-col">
      <PaneTabs label="Editor pane" className="@3xl:hidden" panes={PANES} pane={pane} onPane={setPane} />
      <div className="grid min-h-0 flex-1 @3xl:grid-cols-2 @3xl:divide-x @3xl:divide-rule">
        <div className={`min-h-0 overflow-hidden ${pane === "write" ? "" : "@max-3xl:hidden"}`}>
          <Suspense fallback={<Skeleton lines={8} className="p-6" />}>
            <SourceEditor initial={initial} label="Document source" onChange={onChange} />
          </Suspense>
        </div>
        <div
          className={`fine-scroll min-h-0 overflow-y-auto px-6 py-5 ${pane === "preview" ? "" : "@max-3xl:hidden"}`}
          tabIndex={0}
          role="region"
          aria-label="Preview"
        >
          <Markdown text={preview} streaming />
        </div>
      </div>
    </div>
  );
}
