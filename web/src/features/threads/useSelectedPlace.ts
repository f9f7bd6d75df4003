/** What is selected in the document: where to offer to say something about it, and what it is. */
import { type RefObject, useEffect, useState } from "react";
import type { NewAnchor } from "~/api/types";
import { PageText } from "~/lib/places";

export type SelectedPlace = { anchor: NewAnchor & { kind: "quote" }; top: number; left: number };

/** The server takes 2 KiB of UTF-8; whoever selects more means a section. */
const LONGEST = 2_000;

export function useSelectedPlace(root: RefObject<HTMLElement | null>): SelectedPlace | null {
  const [selected, setSelected] = useState<SelectedPlace | null>(null);
  useEffect(() => {
    const look = () => setSelected(placeIn(root.current));
    document.addEventListener("selectionchange", look);
    return () => document.removeEventListener("selectionchange", look);
  }, [root]);
  return selected;
}

function placeIn(root: HTMLElement | null): SelectedPlace | null {
  const selection = getSelection();
  if (!root || !selection || selection.isCollapsed || selection.rangeCount === 0) return null;
  const range = selection.getRangeAt(0);
  if (!root.contains(range.commonAncestorContainer)) return null;
  const anchor = new PageText(root).selected(range, selection.toString());
  if (!anchor || new TextEncoder().encode(anchor.words).length > LONGEST) return null;
  const box = range.getBoundingClientRect();
  const frame = root.getBoundingClientRect();
  const left = Math.max(0, Math.min(box.left - frame.left, frame.width - 150));
  return { anchor, top: box.bottom - frame.top + 6, left };
}
