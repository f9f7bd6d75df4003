/** Keyboard shortcuts, chords included ("g p"); silent while somebody types or a dialog is open. */
import { useEffect, useRef } from "react";

export type Keymap = Record<string, () => void>;

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable ||
      /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName) ||
      target.closest(".cm-editor") !== null)
  );
}

export function useShortcuts(keymap: Keymap): void {
  const current = useRef(keymap);
  useEffect(() => {
    current.current = keymap;
  });
  useEffect(() => {
    let previous = "";
    let at = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.isComposing || event.altKey) return;
      const mod = event.metaKey || event.ctrlKey;
      if (!mod && (isTyping(event.target) || document.querySelector("[role=dialog]"))) return;
      const key = (mod ? "mod+" : "") + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
      const chord = previous && event.timeStamp - at < 900 ? `${previous} ${key}` : "";
      const run = current.current[chord] ?? current.current[key];
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
