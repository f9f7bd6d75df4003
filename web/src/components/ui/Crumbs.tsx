/** Where one is: each page puts its path and its heading into the header. Also names the tab. */
import { type ReactNode, useEffect, useState } from "react";
import { createPortal } from "react-dom";
import { useWaiting } from "~/lib/waiting";

export function Crumbs({ title, children }: { title: string; children: ReactNode }) {
  const [place, setPlace] = useState<HTMLElement | null>(null);
  useEffect(() => setPlace(document.getElementById("crumbs")), []);
  useTabTitle(title);
  if (!place) return null;
  return createPortal(<div className="flex min-w-0 items-center gap-2">{children}</div>, place);
}

/** The tab says what waits: a page that counts for itself does, and any other tells of the inbox. */
export function useTabTitle(title: string): void {
  const waiting = useWaiting();
  useEffect(() => {
    const named = title ? `${title} · Konductro` : "Konductro";
    document.title = waiting > 0 && !/^\(\d+\)/.test(named) ? `(${waiting}) ${named}` : named;
  }, [title, waiting]);
}

export function Slash() {
  return (
    <span aria-hidden className="text-ink-3">
      /
    </span>
  );
}

/** Something small that a page adds to the right of the header, such as who else is here. */
export function HeaderAside({ children }: { children: ReactNode }) {
  const [place, setPlace] = useState<HTMLElement | null>(null);
  useEffect(() => setPlace(document.getElementById("header-aside")), []);
  return place ? createPortal(children, place) : null;
}
