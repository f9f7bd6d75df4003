/** A place is found as the server finds it, whatever markup stands around its words. */
import { describe, expect, it } from "vitest";
import { headings, PageText, plain } from "./places";

function page(): HTMLElement {
  const root = document.createElement("div");
  root.innerHTML =
    "<h1>Requirements</h1><h2>Functional</h2><ul><li><strong>R-1</strong> Pay sellers <em>within</em> two days</li>" +
    "<li>R-10 is another</li></ul><h2>Risks &amp; more</h2><p>A seller may be unknown.</p><p>A seller may be unknown.</p>";
  document.body.replaceChildren(root);
  return root;
}

const textOf = (found: Element | Range | null) =>
  found instanceof Range ? found.toString() : (found?.textContent ?? null);

describe("places", () => {
  it("compares words without marks, case and line breaks", () => {
    expect(plain("**R-1** Pay\n sellers, «now»!")).toBe("r 1 pay sellers now");
  });

  it("finds quotes across markup, and the last one where some have gone", () => {
    const text = new PageText(page());
    expect(textOf(text.find({ kind: "quote", words: "pay sellers\nwithin two", occurrence: 0 }))).toBe(
      "Pay sellers within two",
    );
    const second = text.quote("a seller may", 5);
    expect(second?.startContainer.parentElement).toBe(document.querySelectorAll("p")[1]);
    expect(text.find({ kind: "quote", words: "buyers", occurrence: 0 })).toBeNull();
  });

  it("finds ids and sections", () => {
    const text = new PageText(page());
    expect(textOf(text.find({ kind: "item", id: "R-1" }))).toContain("Pay sellers");
    expect(textOf(text.find({ kind: "item", id: "R-10" }))).toContain("another");
    expect(textOf(text.find({ kind: "section", heading: "risks more" }))).toBe("Risks & more");
    expect(text.find({ kind: "item", id: "R-2" })).toBeNull();
  });

  it("names a selection by which of several equal quotes it is", () => {
    const root = page();
    const range = document.createRange();
    range.selectNodeContents(root.querySelectorAll("p")[1] ?? root);
    expect(new PageText(root).selected(range, range.toString())).toEqual({
      kind: "quote",
      words: "A seller may be unknown.",
      occurrence: 1,
    });
    range.collapse();
    expect(new PageText(root).selected(range, range.toString())).toBeNull();
  });

  it("lists the headings", () => {
    expect(headings(page())).toEqual(["Requirements", "Functional", "Risks & more"]);
  });
});
