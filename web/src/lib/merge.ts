/**
 * Two people changed one text: their changes are put together line by line against the version both began with.
 * Where they touched the same lines nobody's words are dropped: a person chooses.
 */
import { diffArrays } from "diff";

/** Lines, because no line and an empty one are not the same. */
export type Chunk =
  | { kind: "agreed"; lines: string[] }
  | { kind: "conflict"; base: string[]; mine: string[]; theirs: string[] };

/** One side's replacement of the base lines from `start` up to `end`. */
type Edit = { start: number; end: number; lines: string[] };

const linesOf = (text: string): string[] => text.split("\n");
const MOST_EDITS = 5_000;

function editsOf(base: string[], side: string[]): Edit[] {
  const parts = diffArrays(base, side, { maxEditLength: MOST_EDITS });
  // Too different to align: the whole text was replaced.
  if (!parts) return [{ start: 0, end: base.length, lines: side }];
  const edits: Edit[] = [];
  let at = 0;
  let open: Edit | null = null;
  for (const part of parts) {
    if (!part.added && !part.removed) {
      at += part.value.length;
      open = null;
      continue;
    }
    if (!open) {
      open = { start: at, end: at, lines: [] };
      edits.push(open);
    }
    if (part.removed) {
      at += part.value.length;
      open.end = at;
    } else open.lines.push(...part.value);
  }
  return edits;
}

/** What one side has in place of the base lines from `start` up to `end`. */
function sideOf(base: string[], edits: Edit[], start: number, end: number): string[] {
  const lines: string[] = [];
  let at = start;
  for (const edit of edits) {
    lines.push(...base.slice(at, edit.start), ...edit.lines);
    at = edit.end;
  }
  return [...lines, ...base.slice(at, end)];
}

export function mergeTexts(baseText: string, mineText: string, theirsText: string): Chunk[] {
  const base = linesOf(baseText);
  const mine = editsOf(base, linesOf(mineText));
  const theirs = editsOf(base, linesOf(theirsText));
  const chunks: Chunk[] = [];
  const agree = (lines: string[]) => {
    const last = chunks.at(-1);
    if (lines.length === 0) return;
    if (last?.kind === "agreed") last.lines.push(...lines);
    else chunks.push({ kind: "agreed", lines: [...lines] });
  };
  let at = 0;
  while (mine.length > 0 || theirs.length > 0) {
    const start = Math.min(mine[0]?.start ?? base.length, theirs[0]?.start ?? base.length);
    agree(base.slice(at, start));
    const [ours, others, end] = overlapping(mine, theirs, start);
    const left = sideOf(base, ours, start, end);
    const right = sideOf(base, others, start, end);
    if (others.length === 0 || same(left, right)) agree(left);
    else if (ours.length === 0) agree(right);
    else chunks.push({ kind: "conflict", base: base.slice(start, end), mine: left, theirs: right });
    at = end;
  }
  agree(base.slice(at));
  return chunks;
}

const same = (a: string[], b: string[]): boolean =>
  a.length === b.length && a.every((line, index) => line === b[index]);

/** Takes the edits that touch each other, beginning with the one at `start`; edits at one place touch too. */
function overlapping(mine: Edit[], theirs: Edit[], start: number): [Edit[], Edit[], number] {
  const taken: [Edit[], Edit[]] = [[], []];
  let end = start;
  let found = true;
  while (found) {
    found = false;
    for (const [index, edits] of [mine, theirs].entries()) {
      const next = edits[0];
      if (!next || next.start > end || (next.start === end && end > start && next.start !== next.end))
        continue;
      edits.shift();
      taken[index === 0 ? 0 : 1].push(next);
      end = Math.max(end, next.end);
      found = true;
    }
  }
  return [...taken, end];
}

export type Choice = "mine" | "theirs" | "both";

/** The text that follows from the choices, one for each conflict in order; `null` while one is open. */
export function resolved(chunks: readonly Chunk[], choices: readonly (Choice | null)[]): string | null {
  let number = 0;
  const lines: string[] = [];
  for (const chunk of chunks) {
    if (chunk.kind === "agreed") {
      lines.push(...chunk.lines);
      continue;
    }
    const choice = choices[number] ?? null;
    number += 1;
    if (choice === null) return null;
    if (choice !== "theirs") lines.push(...chunk.mine);
    if (choice !== "mine") lines.push(...chunk.theirs);
  }
  return lines.join("\n");
}

export const conflictsIn = (chunks: readonly Chunk[]): number =>
  chunks.filter((chunk) => chunk.kind === "conflict").length;
