/** Two people's changes come together, and where they collide neither is lost. */
import { describe, expect, it } from "vitest";
import { conflictsIn, mergeTexts, resolved } from "./merge";

const base = "# Requirements\n\nR-1 Split by seller.\n\nR-2 Pay out daily.\n\nR-3 Show it.";

describe("mergeTexts", () => {
  it("takes both sides' changes where they are in different lines", () => {
    const mine = base.replace("Split by seller", "Split by seller and basket");
    const theirs = base.replace("Show it", "Show it to the seller").concat("\n\nR-4 Carry.");
    const chunks = mergeTexts(base, mine, theirs);
    expect(conflictsIn(chunks)).toBe(0);
    expect(resolved(chunks, [])).toBe(
      "# Requirements\n\nR-1 Split by seller and basket.\n\nR-2 Pay out daily.\n\nR-3 Show it to the seller.\n\nR-4 Carry.",
    );
  });

  it("takes a change once that both made", () => {
    const both = base.replace("daily", "weekly");
    expect(resolved(mergeTexts(base, both, both), [])).toBe(both);
  });

  it("asks where both changed one line, and keeps what was chosen", () => {
    const chunks = mergeTexts(base, base.replace("daily", "weekly"), base.replace("daily", "hourly"));
    expect(conflictsIn(chunks)).toBe(1);
    expect(resolved(chunks, [null])).toBeNull();
    expect(resolved(chunks, ["mine"])).toBe(base.replace("daily", "weekly"));
    expect(resolved(chunks, ["theirs"])).toBe(base.replace("daily", "hourly"));
    expect(resolved(chunks, ["both"])).toBe(base.replace("daily.", "weekly.\nR-2 Pay out hourly."));
  });

  it("asks where both added at one place", () => {
    const chunks = mergeTexts("a\nb", "a\nmine\nb", "a\ntheirs\nb");
    expect(conflictsIn(chunks)).toBe(1);
    expect(resolved(chunks, ["both"])).toBe("a\nmine\ntheirs\nb");
  });

  it("asks where one removed what the other changed", () => {
    const chunks = mergeTexts("a\nb\nc", "a\nc", "a\nB\nc");
    expect(chunks).toContainEqual({ kind: "conflict", base: ["b"], mine: [], theirs: ["B"] });
    expect(resolved(chunks, ["mine"])).toBe("a\nc");
  });

  it("gives back one side word for word when the other did nothing, whatever the texts are", () => {
    const lines = ["a", "b", "", "c", "a"];
    let seed = 7;
    const next = () => {
      seed = (seed * 48271) % 2147483647;
      return seed;
    };
    const random = () => Array.from({ length: next() % 8 }, () => lines[next() % lines.length]).join("\n");
    for (let round = 0; round < 300; round++) {
      const [from, to] = [random(), random()];
      expect(resolved(mergeTexts(from, to, from), [])).toBe(to);
      expect(resolved(mergeTexts(from, from, to), [])).toBe(to);
      const chunks = mergeTexts(from, to, random());
      expect(
        resolved(
          chunks,
          chunks.map(() => "mine" as const),
        ),
      ).not.toBeNull();
    }
  });
});
