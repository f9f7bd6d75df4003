/** A titled stretch of the settings page. */
import type { ReactNode } from "react";

type Props = { id: string; title: string; lead: string; children: ReactNode };

export function Section({ id, title, lead, children }: Props) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} className="scroll-mt-8">
      <h2 id={`${id}-title`} className="font-serif text-xl">
        {title}
      </h2>
      <p className="mt-0.5 text-ink-3 text-xs">{lead}</p>
      {children}
    </section>
  );
}
