/** The lines of a compared section, laid out: unchanged stretches folded, and the two sides paired. */

type Kind = "same" | "added" | "removed";
type HasKind = { kind: Kind };

export type LinePiece<Line extends HasKind = HasKind> =
  | { kind: "lines"; from: number; lines: Line[] }
  | { kind: "folded"; from: number; lines: number };

/** Unchanged lines that stay beside a change. */
const CONTEXT = 3;
/** Fewer than this are not worth a click. */
const WORTH_FOLDING = 4;

export function foldLines<Line extends HasKind>(
  lines: readonly Line[],
  opened: ReadonlySet<number>,
): LinePiece<Line>[] {
  const pieces: LinePiece<Line>[] = [];
  const show = (from: number, to: number) => {
    if (from >= to) return;
    const last = pieces.at(-1);
    if (last?.kind === "lines") last.lines.push(...lines.slice(from, to));
    else pieces.push({ kind: "lines", from, lines: lines.slice(from, to) });
  };
  let at = 0;
  while (at < lines.length) {
    let end = at;
    const same = lines[at]?.kind === "same";
    while (end < lines.length && (lines[end]?.kind === "same") === same) end += 1;
    const from = at === 0 ? at : at + CONTEXT;
    const to = end === lines.length ? end : end - CONTEXT;
    if (!same || to - from < WORTH_FOLDING || opened.has(from)) show(at, end);
    else {
      show(at, from);
      pieces.push({ kind: "folded", from, lines: to - from });
      show(to, end);
    }
    at = end;
  }
  return pieces;
}

/** What stands left and right: an unchanged line on both sides, a removed one left of the one that took its place. */
export function pairLines<Line extends HasKind>(lines: readonly Line[]): [Line | null, Line | null][] {
  const pairs: [Line | null, Line | null][] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at];
    if (line?.kind === "same") {
      pairs.push([line, line]);
      at += 1;
      continue;
    }
    const removed: Line[] = [];
    const added: Line[] = [];
    for (let next = lines[at]; next && next.kind !== "same"; next = lines[at]) {
      (next.kind === "removed" ? removed : added).push(next);
      at += 1;
    }
    for (let row = 0; row < Math.max(removed.length, added.length); row++) {
      pairs.push([removed[row] ?? null, added[row] ?? null]);
    }
  }
  return pairs;
}
