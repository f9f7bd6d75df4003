/** A place in a document in words for people. */
import type { Anchor } from "~/api/types";

/** "on “share within two days”", "on R-2", "on Risks"; nothing for the whole document. */
export function anchorInWords(anchor: Anchor): string | null {
  switch (anchor.kind) {
    case "whole":
      return null;
    case "section":
      return anchor.heading;
    case "item":
      return anchor.id;
    case "quote":
      return `“${anchor.words.length > 90 ? `${anchor.words.slice(0, 88).trimEnd()}…` : anchor.words}”`;
    default:
      return never(anchor);
  }
}

function never(anchor: never): null {
  void anchor;
  return null;
}
