/** Markdown by key and by button: marks around words, marks before lines. Each can be undone like any other edit. */
import {
  type ChangeSpec,
  EditorSelection,
  type EditorState,
  type StateCommand,
  type TransactionSpec,
} from "@codemirror/state";
import type { KeyBinding } from "@codemirror/view";

/** Puts a mark around each selection, or takes it away where it is; without words it stands ready for them. */
const around =
  (mark: string): StateCommand =>
  ({ state, dispatch }) => {
    const spec = state.changeByRange((range) => {
      const { from, to } = range;
      const before = state.sliceDoc(from - mark.length, from);
      const after = state.sliceDoc(to, to + mark.length);
      if (before === mark && after === mark) {
        return {
          changes: [
            { from: from - mark.length, to: from },
            { from: to, to: to + mark.length },
          ],
          range: EditorSelection.range(from - mark.length, to - mark.length),
        };
      }
      return {
        changes: [
          { from, insert: mark },
          { from: to, insert: mark },
        ],
        range: EditorSelection.range(from + mark.length, to + mark.length),
      };
    });
    dispatch(state.update(spec, { userEvent: "input.format" }));
    return true;
  };

/** Puts a mark before each line of the selection, or takes it away where all have it. */
const before =
  (mark: (line: number) => string, is: RegExp): StateCommand =>
  ({ state, dispatch }) => {
    const lines = selectedLines(state);
    const all = lines.every((line) => is.test(line.text));
    const changes: ChangeSpec[] = lines.map((line, index) => {
      const found = is.exec(line.text)?.[0].length ?? 0;
      return { from: line.from, to: line.from + found, insert: all ? "" : mark(index) };
    });
    const spec: TransactionSpec = { changes, userEvent: "input.format" };
    dispatch(state.update(spec));
    return true;
  };

function selectedLines(state: EditorState): { from: number; text: string }[] {
  const { from, to } = state.selection.main;
  const lines = [];
  for (let number = state.doc.lineAt(from).number; number <= state.doc.lineAt(to).number; number++) {
    lines.push(state.doc.line(number));
  }
  return lines;
}

/** From no heading to the second level, from there one deeper, and after the third none again. */
const heading: StateCommand = ({ state, dispatch }) => {
  const line = state.doc.lineAt(state.selection.main.head);
  const found = /^(#{1,6}) /.exec(line.text);
  const level = found?.[1]?.length ?? 0;
  const insert = level === 0 ? "## " : level < 3 ? `${"#".repeat(level + 1)} ` : "";
  const changes = { from: line.from, to: line.from + (found?.[0].length ?? 0), insert };
  dispatch(state.update({ changes, userEvent: "input.format" }));
  return true;
};

/** Makes the selection a link, with the address ready to be typed over. */
const link: StateCommand = ({ state, dispatch }) => {
  const { from, to } = state.selection.main;
  const words = state.sliceDoc(from, to) || "text";
  const insert = `[${words}](https://)`;
  const address = from + words.length + 3;
  dispatch(
    state.update({
      changes: { from, to, insert },
      selection: EditorSelection.range(address, address + "https://".length),
      userEvent: "input.format",
    }),
  );
  return true;
};

export type Format = "bold" | "italic" | "heading" | "list" | "numbers" | "link";

export const FORMATS: Record<Format, { name: string; key: string; run: StateCommand }> = {
  bold: { name: "Bold", key: "Mod-b", run: around("**") },
  italic: { name: "Italic", key: "Mod-i", run: around("*") },
  heading: { name: "Heading", key: "Mod-Alt-h", run: heading },
  list: { name: "List", key: "Mod-Shift-8", run: before(() => "- ", /^[-*] /) },
  numbers: { name: "Numbered list", key: "Mod-Shift-7", run: before((line) => `${line + 1}. `, /^\d+\. /) },
  link: { name: "Link", key: "Mod-k", run: link },
};

export const formattingKeys: KeyBinding[] = Object.values(FORMATS).map(({ key, run }) => ({
  key,
  run: (view) => run(view),
  preventDefault: true,
}));
