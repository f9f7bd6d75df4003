/**
 * The difference of two documents, for reading: blocks are aligned first, then changed pairs are compared
 * word by word inside their Markdown, so that headings, lists and tables stay what they are.
 */
import { diffArrays } from "diff";
import { splitBlocks } from "./markdown";

export type DiffKind = "same" | "added" | "removed" | "changed";
/**
 * `markdown` of a changed block holds `<ins>` and `<del>` marks; `before` and `after` are its two sides, each with
 * its own marks only.
 */
export type DiffBlock =
  | { kind: Exclude<DiffKind, "changed">; markdown: string }
  | { kind: "changed"; markdown: string; before: string; after: string };

/** Past so many edits two texts have so little in common that they are shown whole; the work stays bounded. */
const MOST_EDITS = 2_000;

type Part<T> = { value: T[]; added?: boolean; removed?: boolean };

function align<T>(before: T[], after: T[]): Part<T>[] {
  const whole: Part<T>[] = [
    { value: before, removed: true },
    { value: after, added: true },
  ];
  return diffArrays(before, after, { maxEditLength: MOST_EDITS }) ?? whole;
}

export function diffDocuments(before: string, after: string): DiffBlock[] {
  const blocks: DiffBlock[] = [];
  const parts = align(rawBlocks(before), rawBlocks(after));
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i];
    if (!part) continue;
    const next = parts[i + 1];
    if (part.removed && next?.added) {
      blocks.push(...pair(part.value, next.value));
      i++;
    } else {
      const kind = part.added ? "added" : part.removed ? "removed" : "same";
      for (const markdown of part.value) blocks.push({ kind, markdown });
    }
  }
  return blocks;
}

const rawBlocks = (text: string): string[] => splitBlocks(text).map((block) => block.raw.trimEnd());

function pair(removed: string[], added: string[]): DiffBlock[] {
  const blocks: DiffBlock[] = [];
  for (let i = 0; i < Math.max(removed.length, added.length); i++) {
    const before = removed[i];
    const after = added[i];
    if (before && after && comparable(before, after)) {
      blocks.push({ kind: "changed", ...diffWords(before, after) });
    } else {
      if (before) blocks.push({ kind: "removed", markdown: before });
      if (after) blocks.push({ kind: "added", markdown: after });
    }
  }
  return blocks;
}

/** Code and blocks with little in common read better whole: the old one, then the new one. */
function comparable(before: string, after: string): boolean {
  if (before.startsWith("```") || after.startsWith("```")) return false;
  if (/^#{1,6} /.test(before) !== /^#{1,6} /.test(after)) return false;
  const a = new Set(before.match(/[\p{L}\p{N}]+/gu) ?? []);
  const b = new Set(after.match(/[\p{L}\p{N}]+/gu) ?? []);
  const shared = [...a].filter((word) => b.has(word)).length;
  return shared * 4 >= Math.min(a.size, b.size);
}

// Inline Markdown is one token, so that a mark never opens inside ** and closes outside it.
const TOKEN =
  /\*\*[^*\n]+\*\*|`[^`\n]+`|\[[^\]\n]*\]\([^)\n]*\)|\n *(?:[-*] |\d+\. |\| ?)?|\||[^\S\n]+|[\p{L}\p{N}_-]+|[^\s]/gu;
/** List and table markers: a mark never crosses one. */
const STRUCTURE = /^(?:\n|\|)/;
const LEAD = /^(?:#{1,6} |[-*] |\d+\. )/;

type Run = { same: string[] } | { removed: string[]; added: string[] };

type Sides = { markdown: string; before: string; after: string };

function diffWords(before: string, after: string): Sides {
  const lead = after.match(LEAD)?.[0] ?? "";
  const runs = fold(wordRuns(before.replace(LEAD, ""), after.replace(LEAD, "")));
  return {
    markdown: lead + runs.map(runToMarkdown).join(""),
    before: (before.match(LEAD)?.[0] ?? "") + runs.map(runBefore).join(""),
    after: lead + runs.map(runAfter).join(""),
  };
}

function wordRuns(before: string, after: string): Run[] {
  const runs: Run[] = [];
  for (const change of align([...(before.match(TOKEN) ?? [])], [...(after.match(TOKEN) ?? [])])) {
    if (!change.added && !change.removed) {
      runs.push({ same: change.value });
      continue;
    }
    let last = runs.at(-1);
    if (!last || !("removed" in last)) {
      last = { removed: [], added: [] };
      runs.push(last);
    }
    last[change.added ? "added" : "removed"].push(...change.value);
  }
  return runs;
}

/** Fewer than three unchanged words between two edits read worse than one edit. */
function fold(runs: Run[]): Run[] {
  const folded: Run[] = [];
  for (let i = 0; i < runs.length; i++) {
    const run = runs[i];
    const previous = folded.at(-1);
    const next = runs[i + 1];
    if (!run) continue;
    if (
      "same" in run &&
      previous &&
      "removed" in previous &&
      next &&
      "removed" in next &&
      isShort(run.same)
    ) {
      previous.removed.push(...run.same, ...next.removed);
      previous.added.push(...run.same, ...next.added);
      i++;
    } else folded.push(run);
  }
  return folded;
}

const isShort = (tokens: string[]): boolean =>
  !tokens.some((token) => STRUCTURE.test(token)) &&
  tokens.filter((token) => /[\p{L}\p{N}]/u.test(token)).length < 3;

function runToMarkdown(run: Run): string {
  if ("same" in run) return run.same.join("");
  // What was removed keeps no structure of its own: its list markers would make empty items.
  const removed = run.removed.map((token) => (STRUCTURE.test(token) ? " " : token));
  return mark("del", removed) + mark("ins", run.added);
}

const runBefore = (run: Run): string => ("same" in run ? run.same.join("") : mark("del", run.removed));
const runAfter = (run: Run): string => ("same" in run ? run.same.join("") : mark("ins", run.added));

function mark(tag: "ins" | "del", tokens: string[]): string {
  let out = "";
  let open = "";
  const close = () => {
    out += open.trim() ? `<${tag}>${open}</${tag}>` : open;
    open = "";
  };
  for (const token of tokens) {
    if (STRUCTURE.test(token)) {
      close();
      out += token;
    } else open += token;
  }
  close();
  return out;
}
