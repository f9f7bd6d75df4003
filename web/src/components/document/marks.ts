/** Marks findings at their lines in the editor: an edge in colour, and the sentence on hover. The list beside it says the same in words. */
import { RangeSetBuilder, StateEffect, StateField, type Text } from "@codemirror/state";
import { Decoration, type DecorationSet, EditorView } from "@codemirror/view";
import type { Finding } from "~/api/types";
import { isBlocking } from "~/lib/findings";

const found = StateEffect.define<readonly Finding[]>();

const marks = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(current, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(found)) return decorated(transaction.state.doc, effect.value);
    }
    return current.map(transaction.changes);
  },
  provide: (field) => EditorView.decorations.from(field),
});

/** One mark a line; what blocks outweighs what advises. */
export function decorated(document: Text, findings: readonly Finding[]): DecorationSet {
  const byLine = new Map<number, Finding[]>();
  for (const finding of findings) {
    const line = Math.min(Math.max(finding.place.line, 1), document.lines);
    byLine.set(line, [...(byLine.get(line) ?? []), finding]);
  }
  const builder = new RangeSetBuilder<Decoration>();
  for (const [line, here] of [...byLine].sort(([one], [other]) => one - other)) {
    const at = document.line(line).from;
    const severity = here.some(isBlocking) ? "blocking" : "advisory";
    const title = here.map((finding) => finding.text).join("\n");
    builder.add(
      at,
      at,
      Decoration.line({ class: `cm-finding cm-finding-${severity}`, attributes: { title } }),
    );
  }
  return builder.finish();
}

const theme = EditorView.theme({
  ".cm-finding": { boxShadow: "inset 3px 0 0 var(--review)", backgroundColor: "var(--review-soft)" },
  ".cm-finding-blocking": {
    boxShadow: "inset 3px 0 0 var(--changes)",
    backgroundColor: "var(--changes-soft)",
  },
});

export const findingMarks = [marks, theme];

export function markFindings(view: EditorView, findings: readonly Finding[]): void {
  view.dispatch({ effects: found.of(findings) });
}

/** Puts the cursor into a line and shows it. */
export function goToLine(view: EditorView, line: number): void {
  const at = view.state.doc.line(Math.min(Math.max(line, 1), view.state.doc.lines)).from;
  view.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
  view.focus();
}
