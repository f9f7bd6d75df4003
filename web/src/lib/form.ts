/** Reads a form's fields by name, as trimmed text. */
import type { FormEvent } from "react";

export function readForm<Name extends string>(
  event: FormEvent<HTMLFormElement>,
  names: readonly Name[],
): Record<Name, string> {
  event.preventDefault();
  const data = new FormData(event.currentTarget);
  const text = (name: Name) => {
    const value = data.get(name);
    if (typeof value !== "string") return "";
    // A password's blanks belong to it.
    return name.includes("password") ? value : value.trim();
  };
  return Object.fromEntries(names.map((name) => [name, text(name)])) as Record<Name, string>;
}
