/** Formatting by key changes the source as somebody would by hand, and undoes itself when it is asked for again. */
import { EditorSelection, EditorState } from "@codemirror/state";
import { describe, expect, it } from "vitest";
import { FORMATS, type Format } from "./formatting";

function formatted(
  format: Format,
  text: string,
  from: number,
  to = from,
): { text: string; selected: string } {
  let state = EditorState.create({ doc: text, selection: EditorSelection.single(from, to) });
  FORMATS[format].run({ state, dispatch: (transaction) => (state = transaction.state) });
  const { main } = state.selection;
  return { text: state.doc.toString(), selected: state.sliceDoc(main.from, main.to) };
}

describe("marks around words", () => {
  it("come and go", () => {
    expect(formatted("bold", "one two", 4, 7)).toEqual({ text: "one **two**", selected: "two" });
    expect(formatted("bold", "one **two**", 6, 9)).toEqual({ text: "one two", selected: "two" });
    expect(formatted("italic", "one two", 0, 3).text).toBe("*one* two");
    expect(formatted("bold", "", 0).text).toBe("****");
  });
});

describe("marks before lines", () => {
  it("are set on every line of the selection, and taken away where all have one", () => {
    expect(formatted("list", "a\nb\nc", 0, 3).text).toBe("- a\n- b\nc");
    expect(formatted("list", "- a\n- b", 0, 7).text).toBe("a\nb");
    expect(formatted("numbers", "a\nb", 0, 3).text).toBe("1. a\n2. b");
  });
  it("make a heading, deeper each time, and none in the end", () => {
    expect(formatted("heading", "Rules", 2).text).toBe("## Rules");
    expect(formatted("heading", "## Rules", 2).text).toBe("### Rules");
    expect(formatted("heading", "### Rules", 2).text).toBe("Rules");
  });
});

it("makes a link whose address is ready to be typed over", () => {
  expect(formatted("link", "see docs now", 4, 8)).toEqual({
    text: "see [docs](https://) now",
    selected: "https://",
  });
});
