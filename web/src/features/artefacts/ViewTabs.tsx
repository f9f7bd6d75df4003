/** Read, compare, source; and how much changed against the version compared with. */
import { useQuery } from "@tanstack/react-query";
import { Code2, FileText, GitCompareArrows } from "lucide-react";
import type { ReactNode } from "react";
import { diffQuery } from "~/api/queries";
import type { Stage } from "~/api/types";
import { plural } from "~/lib/time";

export type View = "read" | "diff" | "source";

type Props = {
  place: { phaseId: string; stage: Stage };
  view: View;
  shown: number;
  compare: number | null;
  onView: (view: View) => void;
};

export function ViewTabs({ place, view, shown, compare, onView }: Props) {
  const tab = (id: View, icon: ReactNode, label: string) => (
    <button
      type="button"
      aria-pressed={view === id}
      onClick={() => onView(id)}
      className={`flex h-[22px] items-center gap-1 rounded-xs px-2 text-xs ${view === id ? "bg-ink text-sheet" : "text-ink-2 hover:bg-well"}`}
    >
      {icon}
      {label}
    </button>
  );
  return (
    <>
      <div role="group" aria-label="Document view" className="flex rounded-sm border border-rule-2/60 p-px">
        {tab("read", <FileText size={12} aria-hidden className="max-sm:hidden" />, "Read")}
        {compare !== null &&
          tab(
            "diff",
            <GitCompareArrows size={12} aria-hidden className="max-sm:hidden" />,
            `Diff v${compare} → v${shown}`,
          )}
        {tab("source", <Code2 size={12} aria-hidden className="max-sm:hidden" />, "Source")}
      </div>
      {compare !== null && <Changes place={place} from={compare} to={shown} />}
    </>
  );
}

function Changes({ place, from, to }: { place: Props["place"]; from: number; to: number }) {
  const diff = useQuery(diffQuery(place.phaseId, place.stage, from, to));
  if (!diff.data) return null;
  const sections = diff.data.sections.filter(
    (section) => section.added_words + section.removed_words > 0,
  ).length;
  return (
    <span className="num text-2xs text-ink-3 max-sm:hidden">
      {plural(sections, "section")} changed · <span className="text-approved">+{diff.data.added_words}</span>{" "}
      <span className="text-changes">−{diff.data.removed_words}</span> words
    </span>
  );
}
