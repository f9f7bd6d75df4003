/**
 * Places in a document on the page. Words are compared as the server compares them: letters and digits in lower case,
 * everything else one blank; so a selection is found again whatever marks, line breaks and list signs are around it.
 */
import type { Anchor, NewAnchor } from "~/api/types";

const WORD = /[\p{L}\p{N}]/u;
const BLOCKS = "p,li,h1,h2,h3,h4,h5,h6,td,th,pre,blockquote,dt,dd";
const HEADINGS = "h1,h2,h3,h4,h5,h6";

type Spot = { node: Text; offset: number };

/** The words of a text, as places compare them. */
export function plain(text: string): string {
  let words = "";
  for (const character of text) {
    if (WORD.test(character)) words += character.toLowerCase();
    else if (words !== "" && !words.endsWith(" ")) words += " ";
  }
  return words.trimEnd();
}

/** All words below an element, and where each character of them stands. */
export class PageText {
  private words = "";
  private readonly spots: Spot[] = [];

  constructor(private readonly root: HTMLElement) {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    let block: Element | null = null;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (!(node instanceof Text)) continue;
      const own = node.parentElement?.closest(BLOCKS) ?? null;
      if (own !== block) this.blank({ node, offset: 0 });
      block = own;
      this.take(node);
    }
  }

  private blank(spot: Spot): void {
    if (this.words === "" || this.words.endsWith(" ")) return;
    this.words += " ";
    this.spots.push(spot);
  }

  private take(node: Text): void {
    let offset = 0;
    for (const character of node.data) {
      const spot = { node, offset };
      if (WORD.test(character)) {
        for (const unit of character.toLowerCase()) {
          this.words += unit;
          for (let at = 0; at < unit.length; at += 1) this.spots.push(spot);
        }
      } else this.blank(spot);
      offset += character.length;
    }
  }

  private *matches(wanted: string): Generator<number> {
    if (wanted === "") return;
    for (let at = this.words.indexOf(wanted); at >= 0; at = this.words.indexOf(wanted, at + wanted.length)) {
      yield at;
    }
  }

  /** Where quoted words stand: the place meant, or the last there is where some have gone. */
  quote(words: string, occurrence: number): Range | null {
    const wanted = plain(words);
    let found = -1;
    let left = occurrence;
    for (const at of this.matches(wanted)) {
      found = at;
      if (left === 0) break;
      left -= 1;
    }
    return found < 0 ? null : this.range(found, found + wanted.length);
  }

  private range(from: number, to: number): Range | null {
    const first = this.spots[from];
    const last = this.spots[to - 1];
    if (!first || !last) return null;
    const range = document.createRange();
    range.setStart(first.node, first.offset);
    range.setEnd(last.node, Math.min(last.offset + 1, last.node.data.length));
    return range;
  }

  /** What is selected, as a place; nothing where that holds no word. `read` is the selection with its line breaks. */
  selected(range: Range, read: string): (NewAnchor & { kind: "quote" }) | null {
    const words = read.trim();
    const wanted = plain(words);
    if (wanted === "") return null;
    let occurrence = 0;
    for (const at of this.matches(wanted)) {
      const place = this.range(at, at + wanted.length);
      if (place && place.compareBoundaryPoints(Range.START_TO_START, range) >= 0) break;
      occurrence += 1;
    }
    return { kind: "quote", words, occurrence };
  }

  /** Where a place begins on the page; nothing where it is not shown. */
  find(anchor: Anchor): Element | Range | null {
    switch (anchor.kind) {
      case "whole":
        return this.root;
      case "quote":
        return this.quote(anchor.words, anchor.occurrence);
      case "section":
        return this.first(HEADINGS, (text) => plain(text) === plain(anchor.heading));
      case "item": {
        const id = new RegExp(`^\\W*${anchor.id.replaceAll(".", "\\.")}(?![\\w.-]*\\d)`);
        return this.first(BLOCKS, (text) => id.test(text));
      }
      default:
        return never(anchor);
    }
  }

  private first(selector: string, fits: (text: string) => boolean): Element | null {
    for (const element of this.root.querySelectorAll(selector)) {
      if (fits(element.textContent ?? "")) return element;
    }
    return null;
  }
}

function never(anchor: never): null {
  void anchor;
  return null;
}

/** The headings of a document, as places to talk about. */
export function headings(root: HTMLElement): string[] {
  const found = [...root.querySelectorAll(HEADINGS)].map((heading) => (heading.textContent ?? "").trim());
  return [...new Set(found)].filter((heading) => plain(heading) !== "");
}
