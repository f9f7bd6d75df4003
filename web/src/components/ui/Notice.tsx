/** What went wrong, in the server's own words, with the request id to quote. */
import { CircleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { isAbout, isProblem, type Problem } from "~/api/problem";

function inWords(error: unknown): Pick<Problem, "title" | "detail" | "requestId" | "errors"> {
  if (isProblem(error)) return error;
  const detail = error instanceof Error ? error.message : "";
  return { title: "This page failed", detail, requestId: null, errors: [] };
}

/** "/new_password" is "New password" to a person. */
const fieldName = (pointer: string): string => {
  const words = pointer.replace(/^#?\//, "").replaceAll(/[_/]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
};

type ProblemProps = {
  error: unknown;
  /** The fields of the form that say themselves what is wrong with them. */
  fields?: readonly string[];
  children?: ReactNode;
};

export function ProblemNotice({ error, fields = [], children }: ProblemProps) {
  if (!error) return null;
  const { title, detail, requestId, errors: all } = inWords(error);
  const errors = isProblem(error) ? all.filter((item) => !fields.some((name) => isAbout(item, name))) : all;
  if (all.length > 0 && errors.length === 0) return null;
  return (
    <div
      role="alert"
      className="mt-3 flex gap-2 rounded-sm border border-changes/40 bg-changes-soft px-3 py-2 text-xs"
    >
      <CircleAlert size={15} className="mt-0.5 shrink-0 text-changes" aria-hidden />
      <div className="min-w-0 flex-1">
        <p className="font-medium text-ink">{title}</p>
        {detail && errors.length === 0 && <p className="mt-0.5 break-words text-ink-2">{detail}</p>}
        {errors.length > 0 && (
          <ul className="mt-1 text-ink-2">
            {errors.map((item) => (
              <li key={`${item.pointer}${item.line ?? ""}${item.detail}`}>
                {item.pointer && `${fieldName(item.pointer)}${item.line ? `, line ${item.line}` : ""}: `}
                {item.detail}
              </li>
            ))}
          </ul>
        )}
        {children}
        {requestId && <p className="mt-1 break-all font-mono text-2xs text-ink-3">request {requestId}</p>}
      </div>
    </div>
  );
}

/** The middle of a page with nothing in it yet: says the next step. */
export function EmptyState({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="mx-auto max-w-md px-6 py-16 text-center">
      <p className="text-balance font-serif text-ink text-xl">{title}</p>
      {children && <div className="mt-2 text-ink-2">{children}</div>}
    </div>
  );
}

export function Skeleton({ lines = 4, className = "" }: { lines?: number; className?: string }) {
  const widths = ["w-2/3", "w-full", "w-5/6", "w-3/4"];
  return (
    <div className={`late ${className}`} aria-busy="true">
      <span className="sr-only">Loading</span>
      {Array.from({ length: lines }, (_, line) => line).map((line) => (
        <div key={line} className={`mb-3 h-3.5 rounded-xs bg-well ${widths[line % widths.length]}`} />
      ))}
    </div>
  );
}
