/** Two versions compared for reading: what went is struck, what came is underlined, each with a word for screen readers. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { versionQuery } from "~/api/queries";
import type { Stage } from "~/api/types";
import { Markdown } from "~/components/document/Markdown";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { type DiffBlock, type DiffKind, diffDocuments } from "~/lib/diff";

const SIGN: Record<DiffKind, string> = { same: "", added: "+", removed: "−", changed: "~" };
const WORD: Record<DiffKind, string> = {
  same: "",
  added: "Added:",
  removed: "Removed:",
  changed: "Changed:",
};
const EDGE: Record<DiffKind, string> = {
  same: "border-transparent",
  added: "border-approved bg-ins/45",
  removed: "border-changes bg-del/45",
  changed: "border-review",
};

type Props = { place: { phaseId: string; stage: Stage }; from: number; to: number };

export default function DiffView({ place, from, to }: Props) {
  const before = useQuery(versionQuery(place.phaseId, place.stage, from));
  const after = useQuery(versionQuery(place.phaseId, place.stage, to));
  const blocks = useMemo(
    () => (before.data && after.data ? diffDocuments(before.data.markdown, after.data.markdown) : null),
    [before.data, after.data],
  );
  if (before.error || after.error) return <ProblemNotice error={before.error ?? after.error} />;
  if (!blocks) return <Skeleton lines={8} />;
  if (blocks.every((block) => block.kind === "same")) {
    return (
      <p className="text-ink-2">
        v{from} and v{to} are the same, word for word.
      </p>
    );
  }
  return (
    <div className="-ml-4 sm:-ml-6">
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a block is its place in the comparison
        <Compared key={index} block={block} />
      ))}
    </div>
  );
}

function Compared({ block }: { block: DiffBlock }) {
  return (
    <div className={`flex gap-2 border-l-2 pl-2 ${EDGE[block.kind]}`}>
      <span className="w-3 shrink-0 pt-2 font-mono text-ink-3 text-xs">
        <span aria-hidden>{SIGN[block.kind]}</span>
        <span className="sr-only">{WORD[block.kind]}</span>
      </span>
      <div className="min-w-0 flex-1">
        <Markdown text={block.markdown} className="doc doc-part" />
      </div>
    </div>
  );
}
