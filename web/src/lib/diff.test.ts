/** A comparison for reading: blocks keep their structure, marks stay inside it. */
import { describe, expect, it } from "vitest";
import { diffDocuments } from "./diff";
import { toHtml } from "./markdown";

describe("diffDocuments", () => {
  it("says nothing of what is the same", () => {
    const text = "# A\n\nSame words.\n";
    expect(diffDocuments(text, text).every((block) => block.kind === "same")).toBe(true);
  });

  it("marks the words that changed inside a list item, and keeps the list", () => {
    const [block] = diffDocuments(
      "- **AD-1** Carried to the next cycle.\n- **AD-2** Kept.",
      "- **AD-1** Carried for at most three cycles.\n- **AD-2** Kept.",
    );
    expect(block?.kind).toBe("changed");
    const html = toHtml(block?.markdown ?? "");
    expect(html.match(/<li>/g)).toHaveLength(2);
    expect(html).toContain("<del>to the next cycle</del>");
    expect(html).toContain("<ins>for at most three cycles</ins>");
    expect(html).toContain("<strong>AD-1</strong>");
  });

  it("folds a short unchanged run between two edits into one edit", () => {
    const [block] = diffDocuments(
      "The service shall refuse the whole capture when legs differ.",
      "The service shall reject the entire capture when legs differ.",
    );
    expect(block?.markdown).toContain("<del>refuse the whole</del><ins>reject the entire</ins>");
  });

  it("never lets a mark cross a table cell", () => {
    const [block] = diffDocuments(
      "| a | b |\n|---|---|\n| one | two |",
      "| a | b |\n|---|---|\n| uno | due |",
    );
    expect(block?.markdown).not.toMatch(/<(ins|del)>[^<]*\|[^<]*<\/\1>/);
    expect(toHtml(block?.markdown ?? "")).toContain("<td>");
  });

  it("shows a changed diagram whole: the old one, then the new one", () => {
    const kinds = diffDocuments("```mermaid\nA-->B\n```", "```mermaid\nA-->C\n```").map(
      (block) => block.kind,
    );
    expect(kinds).toEqual(["removed", "added"]);
  });

  it("reports added and removed blocks", () => {
    expect(diffDocuments("One.\n\nTwo.", "One.\n\nTwo.\n\nThree.").map((block) => block.kind)).toEqual([
      "same",
      "same",
      "added",
    ]);
    expect(diffDocuments("One.\n\nTwo.", "Two.").map((block) => block.kind)).toEqual(["removed", "same"]);
  });
});
