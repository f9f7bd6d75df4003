/** Which block of a rendered document holds a line of its source, and the way there. */

/** The attribute that names the line a block begins in. */
export const LINE = "data-line";

/** Scrolls to the block that holds a line and marks it for a moment; the keyboard goes on from there. */
export function showLine(within: HTMLElement, line: number): void {
  const blocks = [...within.querySelectorAll<HTMLElement>(`[${LINE}]`)];
  const block = blocks.findLast((candidate) => Number(candidate.getAttribute(LINE)) <= line) ?? blocks[0];
  if (!block) return;
  block.tabIndex = -1;
  block.focus({ preventScroll: true });
  block.scrollIntoView({ block: "center" });
  block.classList.remove("pointed-at");
  // Read once between, so that the same block can be pointed at again.
  void block.offsetWidth;
  block.classList.add("pointed-at");
}
