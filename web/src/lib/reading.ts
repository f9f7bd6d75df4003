/**
 * A comparison laid out for reading: what changed with a little around it, long unchanged parts folded away, and
 * which sections hold how many changes.
 */
import type { DiffBlock } from "./diff";

export type Folded = { kind: "folded"; from: number; to: number; lines: number };
export type Piece = { kind: "block"; index: number; block: DiffBlock; change: number | null } | Folded;
export type ChangedSection = { heading: string; changes: number; first: number };

/** Fewer unchanged lines than this are not worth a click. */
const WORTH_FOLDING = 6;

const HEADING = /^(#{1,6})\s+(.*?)\s*#*$/;
const lineCount = (markdown: string): number => markdown.split("\n").length;
const isHeading = (block: DiffBlock | undefined): boolean =>
  block !== undefined && HEADING.test(firstLine(block));
const firstLine = (block: DiffBlock): string => {
  const text = block.kind === "changed" ? block.after : block.markdown;
  return text.slice(0, text.indexOf("\n") === -1 ? undefined : text.indexOf("\n"));
};
/** A heading without its mark and without what the comparison added to it. */
const headingText = (block: DiffBlock): string =>
  (HEADING.exec(firstLine(block))?.[2] ?? "").replaceAll(/<\/?(?:ins|del)>/g, "").replaceAll(/[*`]/g, "");

/** The number of the change that each block belongs to: neighbours that changed are one change. */
export function numberChanges(blocks: readonly DiffBlock[]): (number | null)[] {
  let change = -1;
  return blocks.map((block, index) => {
    if (block.kind === "same") return null;
    const follows = index > 0 && blocks[index - 1]?.kind !== "same" && !isHeading(block);
    if (!follows) change += 1;
    return change;
  });
}

/** The blocks with unchanged stretches folded, but for those that a reader has opened. */
export function foldUnchanged(blocks: readonly DiffBlock[], opened: ReadonlySet<number>): Piece[] {
  const changes = numberChanges(blocks);
  const pieces: Piece[] = [];
  const show = (index: number) => {
    const block = blocks[index];
    if (block) pieces.push({ kind: "block", index, block, change: changes[index] ?? null });
  };
  let at = 0;
  while (at < blocks.length) {
    if (blocks[at]?.kind !== "same") {
      show(at);
      at += 1;
      continue;
    }
    let end = at;
    while (end < blocks.length && blocks[end]?.kind === "same") end += 1;
    const [from, to] = hidden(blocks, at, end);
    const lines = blocks.slice(from, to).reduce((sum, block) => sum + lineCount(block.markdown), 0);
    const folds = lines >= WORTH_FOLDING && !opened.has(from);
    for (let index = at; index < end; index++) {
      if (folds && index === from) pieces.push({ kind: "folded", from, to, lines });
      if (!folds || index < from || index >= to) show(index);
    }
    at = end;
  }
  return pieces;
}

/** What of an unchanged stretch can be hidden: all but the block after a change, and the heading and block before one. */
function hidden(blocks: readonly DiffBlock[], start: number, end: number): [from: number, to: number] {
  const from = start === 0 ? start : start + 1;
  if (end === blocks.length) return [from, end];
  let to = end - 1;
  // The change that follows is read under its heading.
  if (!isHeading(blocks[to]) && isHeading(blocks[to - 1])) to -= 1;
  return [Math.min(from, to), Math.max(from, to)];
}

/** The sections that changed, each with how many changes it holds and which is its first. */
export function changedSections(blocks: readonly DiffBlock[]): ChangedSection[] {
  const changes = numberChanges(blocks);
  const sections: ChangedSection[] = [];
  let heading = "";
  let open: ChangedSection | null = null;
  let last: number | null = null;
  blocks.forEach((block, index) => {
    if (isHeading(block)) {
      heading = headingText(block);
      open = null;
    }
    const change = changes[index] ?? null;
    if (change === null || (open && change === last)) return;
    last = change;
    if (open) open.changes += 1;
    else {
      open = { heading, changes: 1, first: change };
      sections.push(open);
    }
  });
  return sections;
}

/** The heading of the section that each change that begins a section's changes stands in. */
export const sectionOfChange = (blocks: readonly DiffBlock[]): ReadonlyMap<number, string> =>
  new Map(changedSections(blocks).map((section) => [section.first, section.heading]));

export const countChanges = (blocks: readonly DiffBlock[]): number =>
  numberChanges(blocks).reduce<number>((most, change) => Math.max(most, (change ?? -1) + 1), 0);
