/** A long document is read by what changed: the rest is one click away, and nothing is lost on the way. */
import { describe, expect, it } from "vitest";
import { type DiffBlock, diffDocuments } from "./diff";
import { changedSections, countChanges, foldUnchanged } from "./reading";

const paragraphs = (count: number, from = 0): string =>
  Array.from({ length: count }, (_, n) => `Paragraph ${from + n} says nothing new.\nIt has two lines.`).join(
    "\n\n",
  );

const before = `# Title\n\n${paragraphs(6)}\n\n## Rules\n\nOne share for each seller.\n\n${paragraphs(6, 6)}\n\n## Risks\n\nNone.`;
const after = before.replace("One share", "Exactly one share").replace("None.", "None.\n\nA new one.");
const blocks = diffDocuments(before, after);

const text = (block: DiffBlock): string => block.markdown;

describe("folding", () => {
  it("keeps the change, its heading and what stands beside it, and says how many lines it hides", () => {
    const pieces = foldUnchanged(blocks, new Set());
    const shown = pieces.flatMap((piece) => (piece.kind === "block" ? [text(piece.block)] : []));
    expect(shown).toContain("## Rules");
    expect(shown.some((block) => block.includes("<ins>Exactly</ins>") || block.includes("<ins>"))).toBe(true);
    expect(pieces.filter((piece) => piece.kind === "folded")).toHaveLength(2);
    const first = pieces[0];
    expect(first?.kind === "folded" && first.lines).toBe(13);
  });

  it("loses no block, folded or shown", () => {
    const covered = foldUnchanged(blocks, new Set()).flatMap((piece) =>
      piece.kind === "block"
        ? [piece.index]
        : Array.from({ length: piece.to - piece.from }, (_, n) => piece.from + n),
    );
    expect(covered.toSorted((a, b) => a - b)).toEqual(blocks.map((_, index) => index));
  });

  it("opens what a reader asked for", () => {
    const folded = foldUnchanged(blocks, new Set()).find((piece) => piece.kind === "folded");
    const opened = new Set(folded?.kind === "folded" ? [folded.from] : []);
    expect(foldUnchanged(blocks, opened).filter((piece) => piece.kind === "folded")).toHaveLength(1);
  });

  it("folds nothing that is short", () => {
    const short = diffDocuments("A.\n\nB.\n\nC.", "A.\n\nB.\n\nX.");
    expect(foldUnchanged(short, new Set()).every((piece) => piece.kind === "block")).toBe(true);
  });
});

describe("sections", () => {
  it("are named with how many changes each holds", () => {
    expect(changedSections(blocks)).toEqual([
      { heading: "Rules", changes: 1, first: 0 },
      { heading: "Risks", changes: 1, first: 1 },
    ]);
    expect(countChanges(blocks)).toBe(2);
  });
});

describe("two sides", () => {
  it("show what was on the left and what is on the right, each with its own marks", () => {
    const [block] = diffDocuments("Paid on the third day.", "Paid on the next day.");
    expect(block?.kind).toBe("changed");
    if (block?.kind !== "changed") return;
    expect(block.before).toBe("Paid on the <del>third</del> day.");
    expect(block.after).toBe("Paid on the <ins>next</ins> day.");
  });
});
