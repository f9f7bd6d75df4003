/** Light and dark: the system's choice until a person makes one. `public/theme.js` sets it before the first paint. */
import { useSyncExternalStore } from "react";
import { recall, remember } from "./storage";

export type Theme = "light" | "dark";

const read = (): Theme => (document.documentElement.dataset.theme === "dark" ? "dark" : "light");

function subscribe(onChange: () => void): () => void {
  const observer = new MutationObserver(onChange);
  observer.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  return () => observer.disconnect();
}

export const useTheme = (): Theme => useSyncExternalStore(subscribe, read);

export function setTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  remember("theme", theme);
}

export const toggleTheme = (): void => setTheme(read() === "dark" ? "light" : "dark");

/** Follow the system while nobody has chosen. */
export function followSystem(): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
    if (recall("theme") === null) document.documentElement.dataset.theme = event.matches ? "dark" : "light";
  });
}
