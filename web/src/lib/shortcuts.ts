/**
 * Keyboard shortcuts, chords included ("g p"); silent while somebody types or a dialog is open.
 * The palette's key belongs to the page from its first moment on: pressed while the page still loads, as after
 * Back to an earlier document, it is kept until somebody listens.
 */
import { useEffect, useRef } from "react";

export type Keymap = Record<string, () => void>;

function isTyping(target: EventTarget | null): boolean {
  // A box that is ticked takes no letters.
  if (target instanceof HTMLInputElement && /^(checkbox|radio)$/.test(target.type)) return false;
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
      target.closest(".cm-editor") !== null)
  );
}

/** Every chord begins with this key; the second one follows within so many milliseconds. */
const CHORD = "g";
const CHORD_WITHIN = 900;

/** The one key that is kept, and for how long. */
const KEPT = "mod+k";
const KEPT_FOR = 5_000;

let mayKeep = false;
let keptAt: number | null = null;

const isMod = (event: KeyboardEvent): boolean => event.metaKey || event.ctrlKey;
const nameOf = (event: KeyboardEvent): string =>
  (isMod(event) ? "mod+" : "") + (event.key.length === 1 ? event.key.toLowerCase() : event.key);

/** Called once, before anything is drawn. */
export function keepEarlyKey(): void {
  mayKeep = true;
  window.addEventListener("keydown", (event) => {
    if (!mayKeep || event.altKey || nameOf(event) !== KEPT) return;
    event.preventDefault();
    keptAt = performance.now();
  });
}

/** Runs the key that came too early, if it is known here and still meant. */
function runKept(keymap: Keymap): void {
  const run = keymap[KEPT];
  if (!run) return;
  mayKeep = false;
  const pressed = keptAt;
  keptAt = null;
  if (pressed !== null && performance.now() - pressed < KEPT_FOR) run();
}

export function useShortcuts(keymap: Keymap): void {
  const current = useRef(keymap);
  useEffect(() => {
    current.current = keymap;
  });
  useEffect(() => {
    runKept(current.current);
    let previous = "";
    let at = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.altKey) return;
      if (!isMod(event) && (isTyping(event.target) || document.querySelector("[role=dialog]"))) return;
      const key = nameOf(event);
      const follows = event.timeStamp - at < CHORD_WITHIN;
      const chord = follows ? `${previous} ${key}` : "";
      // The second key of a chord is never a key of its own, also where the chord is somebody else's.
      const run =
        current.current[chord] ?? (follows && previous === CHORD ? undefined : current.current[key]);
      previous = key;
      at = event.timeStamp;
      if (!run) return;
      event.preventDefault();
      previous = "";
      run();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, []);
}
