/**
 * Diagrams that could not be drawn, by their code: what the page knows and the checker on the server does not. They are
 * listed with its findings, as advice only; nothing waits for them.
 */
import { useMemo, useSyncExternalStore } from "react";
import type { Finding } from "~/api/types";

const MOST = 200;
const broken = new Map<string, string>();
const listeners = new Set<() => void>();
let changes = 0;

const tell = () => {
  changes += 1;
  for (const listener of listeners) listener();
};

export function noteBroken(code: string, error: string): void {
  const key = code.trim();
  if (broken.get(key) === error) return;
  // Whoever types makes a broken diagram with every key: only the latest ones are of use.
  const [oldest] = broken.keys();
  if (broken.size >= MOST && oldest !== undefined) broken.delete(oldest);
  broken.set(key, error);
  tell();
}

export function noteDrawn(code: string): void {
  if (broken.delete(code.trim())) tell();
}

export type Fence = { code: string; line: number; section: string };

/** The Mermaid fences of a text, each with its first line, from 1, and the heading that it stands under. */
export function diagramsOf(markdown: string): Fence[] {
  const found: Fence[] = [];
  let section = "";
  let open: { mark: string; indent: number; mermaid: boolean; line: number; code: string[] } | null = null;
  for (const [index, text] of markdown.split("\n").entries()) {
    if (open) {
      const closing = text.trim();
      if (closing.startsWith(open.mark) && closing.replaceAll(open.mark.charAt(0), "") === "") {
        if (open.mermaid) found.push({ code: open.code.join("\n"), line: open.line, section });
        open = null;
      } else open.code.push(text.replace(new RegExp(`^ {0,${open.indent}}`), ""));
      continue;
    }
    const fence = /^(\s*)(`{3,}|~{3,})\s*(\S*)/.exec(text);
    const heading = /^#{1,6}\s+(.*?)\s*#*$/.exec(text);
    if (fence) {
      const [, indent = "", mark = "", language = ""] = fence;
      open = { mark, indent: indent.length, mermaid: language === "mermaid", line: index + 1, code: [] };
    } else if (heading) section = heading[1] ?? "";
  }
  return found;
}

/** Advice on the diagrams of a text that could not be drawn when they were last tried. */
export function useDiagramFindings(markdown: string): readonly Finding[] {
  const seen = useSyncExternalStore(subscribe, () => changes);
  const diagrams = useMemo(() => diagramsOf(markdown), [markdown]);
  return useMemo(() => (seen === 0 ? NONE : diagrams.flatMap(findingOf)), [seen, diagrams]);
}

const NONE: readonly Finding[] = [];

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

function findingOf({ code, line, section }: Fence): Finding[] {
  const error = broken.get(code.trim());
  if (error === undefined) return [];
  const text = `this diagram can't be drawn: ${error}; mend its Mermaid source`;
  return [{ id: `diagram:${line}`, rule: "diagram", severity: "advisory", text, place: { line, section } }];
}
