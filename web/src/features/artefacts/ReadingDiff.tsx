/** A comparison as prose: paragraphs, lists and tables stay what they are, with the changed words marked in them. */
import { UnfoldVertical } from "lucide-react";
import { useMemo, useState } from "react";
import { Markdown } from "~/components/document/Markdown";
import type { DiffBlock, DiffKind } from "~/lib/diff";
import { type Folded, foldUnchanged, type Piece, sectionOfChange } from "~/lib/reading";
import { plural } from "~/lib/time";

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

export function ReadingDiff({ blocks, split }: { blocks: readonly DiffBlock[]; split: boolean }) {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const pieces = useMemo(() => foldUnchanged(blocks, opened), [blocks, opened]);
  const sections = useMemo(() => sectionOfChange(blocks), [blocks]);
  let last: number | null = null;
  return (
    <div className={split ? "" : "-ml-4 sm:-ml-6"}>
      {pieces.map((piece) => {
        if (piece.kind === "folded")
          return (
            <Unfold
              key={`fold-${piece.from}`}
              folded={piece}
              onOpen={() => setOpened(new Set(opened).add(piece.from))}
            />
          );
        const begins = piece.change !== null && piece.change !== last;
        if (piece.change !== null) last = piece.change;
        const section = begins && piece.change !== null ? sections.get(piece.change) : undefined;
        const mark = begins ? { change: piece.change ?? 0, section: section ?? null } : null;
        return split ? (
          <TwoSides key={piece.index} piece={piece} mark={mark} />
        ) : (
          <OneColumn key={piece.index} piece={piece} mark={mark} />
        );
      })}
    </div>
  );
}

export function Unfold({ folded, onOpen }: { folded: Pick<Folded, "lines">; onOpen: () => void }) {
  return (
    <button
      type="button"
      onClick={onOpen}
      className="my-2 flex w-full items-center gap-2 rounded-sm border border-rule border-dashed px-3 py-1 text-left text-ink-2 text-xs hover:bg-well"
    >
      <UnfoldVertical size={13} aria-hidden className="text-ink-3" />
      Show {plural(folded.lines, "unchanged line")}
    </button>
  );
}

type Shown = {
  piece: Extract<Piece, { kind: "block" }>;
  /** Set on the first block of a change: where the next-change key leads to. */
  mark: { change: number; section: string | null } | null;
};

const anchor = (mark: Shown["mark"]) =>
  mark
    ? {
        "data-change": mark.change,
        ...(mark.section === null ? {} : { "data-section": mark.section }),
        tabIndex: -1,
      }
    : {};

function OneColumn({ piece: { block }, mark }: Shown) {
  return (
    <div className={`flex gap-2 border-l-2 pl-2 ${EDGE[block.kind]}`} {...anchor(mark)}>
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

function TwoSides({ piece: { block }, mark }: Shown) {
  const [left, right] =
    block.kind === "changed"
      ? [block.before, block.after]
      : [block.kind === "added" ? "" : block.markdown, block.kind === "removed" ? "" : block.markdown];
  const edge = (side: "left" | "right"): string => {
    if (block.kind === "changed") return side === "left" ? "border-changes" : "border-approved";
    if (block.kind === "same") return "border-transparent";
    return (block.kind === "removed") === (side === "left") ? EDGE[block.kind] : "border-transparent";
  };
  return (
    <div className="grid grid-cols-2 gap-6" {...anchor(mark)}>
      {block.kind !== "same" && <span className="sr-only">{WORD[block.kind]}</span>}
      <div className={`min-w-0 border-l-2 pl-3 ${edge("left")}`}>
        {left && <Markdown text={left} className="doc doc-part" />}
      </div>
      <div className={`min-w-0 border-l-2 pl-3 ${edge("right")}`}>
        {right && <Markdown text={right} className="doc doc-part" />}
      </div>
    </div>
  );
}
