/** What the checker found stands at its line, once, and what blocks outweighs what advises. */
import { Text } from "@codemirror/state";
import { expect, it } from "vitest";
import type { Finding } from "~/api/types";
import { decorated } from "./marks";

const finding = (line: number, severity: Finding["severity"], text: string): Finding => ({
  id: `F-${line}${severity}`,
  rule: "vague-quality",
  severity,
  place: { section: "", line },
  text,
});

function shown(findings: Finding[]) {
  const document = Text.of(["# A", "- N-1 fast", "end"]);
  const marks: { line: number; class: string; title: string }[] = [];
  const cursor = decorated(document, findings).iter();
  for (; cursor.value; cursor.next()) {
    const { class: name, attributes } = cursor.value.spec;
    marks.push({ line: document.lineAt(cursor.from).number, class: name, title: attributes.title });
  }
  return marks;
}

it("marks a line once, by what weighs most", () => {
  const marks = shown([
    finding(2, "advisory", "poorer"),
    finding(2, "blocking", "wrong"),
    finding(1, "advisory", "thin"),
  ]);
  expect(marks).toEqual([
    { line: 1, class: "cm-finding cm-finding-advisory", title: "thin" },
    { line: 2, class: "cm-finding cm-finding-blocking", title: "poorer\nwrong" },
  ]);
});

it("keeps within the text, which may have become shorter meanwhile", () => {
  expect(shown([finding(9, "blocking", "gone")]).map(({ line }) => line)).toEqual([3]);
  expect(shown([finding(0, "blocking", "odd")]).map(({ line }) => line)).toEqual([1]);
});
