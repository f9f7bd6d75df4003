/** A labelled control with its hint and its error, tied together for assistive technology. */
import { type ReactNode, useId } from "react";

type Control = { id: string; "aria-describedby": string | undefined; "aria-invalid": boolean | undefined };
type Props = {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  className?: string;
  children: (control: Control) => ReactNode;
};

export function Field({ label, hint, error, className = "mt-3", children }: Props) {
  const id = useId();
  const described = [hint ? `${id}-hint` : "", error ? `${id}-error` : ""].filter(Boolean).join(" ");
  return (
    <div className={className}>
      <label htmlFor={id} className="label">
        {label}
      </label>
      <div className="mt-1">
        {children({
          id,
          "aria-describedby": described || undefined,
          "aria-invalid": error ? true : undefined,
        })}
      </div>
      {hint && (
        <p id={`${id}-hint`} className="mt-1 text-2xs text-ink-3">
          {hint}
        </p>
      )}
      {error && (
        <p id={`${id}-error`} role="alert" className="mt-1 text-changes text-xs first-letter:uppercase">
          {error}
        </p>
      )}
    </div>
  );
}
