/** The one card of the pages before sign-in: the mark, a title, a form, and the closing barline. */
import { Moon, Sun } from "lucide-react";
import type { ReactNode } from "react";
import { toggleTheme, useTheme } from "~/lib/theme";

type Props = { title: string; lead: ReactNode; children: ReactNode; foot?: ReactNode };

export function Card({ title, lead, children, foot }: Props) {
  const theme = useTheme();
  const Icon = theme === "dark" ? Sun : Moon;
  return (
    <main className="grid min-h-dvh grid-rows-[auto_1fr_auto]">
      <header className="flex items-center justify-between p-4 sm:p-6">
        <span className="flex items-center gap-2.5">
          <img src="/mark.svg" alt="" width={28} height={28} />
          <span className="font-medium text-base tracking-tight">Konductro</span>
        </span>
        <button
          type="button"
          className="btn btn-ghost btn-icon"
          aria-label={`Switch to ${theme === "dark" ? "light" : "dark"} theme`}
          onClick={toggleTheme}
        >
          <Icon size={15} aria-hidden />
        </button>
      </header>
      <div className="grid place-items-center px-4 py-6">
        <section
          data-state="approved"
          className="gate panel flex w-full max-w-[420px] items-stretch overflow-hidden"
          aria-labelledby="card-title"
        >
          <div className="min-w-0 flex-1 p-6 sm:p-8">
            <h1 id="card-title" className="font-serif text-[1.75rem] leading-tight tracking-[-.01em]">
              {title}
            </h1>
            <div className="mt-1.5 text-ink-2">{lead}</div>
            {children}
          </div>
          <span aria-hidden className="barline" />
        </section>
      </div>
      <footer className="p-4 text-center text-2xs text-ink-3 sm:p-6">{foot}</footer>
    </main>
  );
}
