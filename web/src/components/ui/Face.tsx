/** Who is speaking: initials for a person, Conductor's own mark for Conductor. Decorative; the name stands beside it. */

const initials = (name: string): string =>
  name
    .split(/\s+/)
    .map((word) => word[0] ?? "")
    .slice(0, 2)
    .join("")
    .toUpperCase();

const round = "grid size-6 shrink-0 place-items-center rounded-full font-medium text-2xs";

export function Face({ name }: { name: string }) {
  return (
    <span
      aria-hidden
      title={name}
      data-initials={initials(name)}
      className={`${round} border border-rule bg-well text-ink-2 before:content-[attr(data-initials)]`}
    />
  );
}

export function ConductorFace() {
  return (
    <span aria-hidden className={`${round} bg-draft-soft text-draft`}>
      <svg
        viewBox="0 0 16 16"
        width="14"
        height="14"
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinecap="round"
        aria-hidden="true"
      >
        <path d="M2 11.5a6 6 0 0 1 12 0" />
        <circle cx="8" cy="11" r="1.4" fill="currentColor" stroke="none" />
      </svg>
    </span>
  );
}
