/** Lines of a comparison: what is folded can be opened, and the sides stand beside each other. */
import { describe, expect, it } from "vitest";
import { foldLines, pairLines } from "./lines";

const same = (count: number) =>
  Array.from({ length: count }, (_, n) => ({ kind: "same" as const, text: `s${n}` }));
const lines = [
  ...same(10),
  { kind: "removed" as const, text: "old" },
  { kind: "added" as const, text: "new" },
  ...same(10),
];

describe("foldLines", () => {
  it("keeps three lines beside a change and says how many it hides", () => {
    const pieces = foldLines(lines, new Set());
    expect(pieces.map((piece) => (piece.kind === "folded" ? piece.lines : piece.lines.length))).toEqual([
      7, 8, 7,
    ]);
  });
  it("opens one stretch at a time", () => {
    expect(foldLines(lines, new Set([0])).filter((piece) => piece.kind === "folded")).toHaveLength(1);
    expect(foldLines(lines, new Set([0, 15])).filter((piece) => piece.kind === "folded")).toHaveLength(0);
  });
  it("folds a section that did not change as a whole", () => {
    expect(foldLines(same(9), new Set())).toEqual([{ kind: "folded", from: 0, lines: 9 }]);
  });
});

describe("pairLines", () => {
  it("puts what went beside what came, and leaves a gap where there is nothing", () => {
    const one = { kind: "same" as const, text: "a" };
    const gone = [1, 2].map((n) => ({ kind: "removed" as const, text: `r${n}` }));
    const came = { kind: "added" as const, text: "n" };
    expect(pairLines([one, ...gone, came])).toEqual([
      [one, one],
      [gone[0], came],
      [gone[1], null],
    ]);
  });
});
