/** How much waits for the reader, for the tab's title: known to the frame of the page, shown by every page. */
import { useSyncExternalStore } from "react";

let count = 0;
const listeners = new Set<() => void>();

export function setWaiting(next: number): void {
  if (next === count) return;
  count = next;
  for (const listener of listeners) listener();
}

export function useWaiting(): number {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => count,
  );
}
