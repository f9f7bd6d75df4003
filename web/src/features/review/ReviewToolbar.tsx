/** What is shown, and the verbs for what is chosen; with rows selected the verbs are for all of them. */
import { Check, GitMerge, PenLine, Scissors, Undo2, X } from "lucide-react";
import type { ReactNode } from "react";
import type { Proposal, ProposalVerb, Review } from "~/api/stories";
import type { RowFilter, Show } from "./rows";

export type Verb = "approve" | "edit" | "split" | "merge" | "reject";

type Props = {
  review: Review;
  filter: RowFilter;
  onFilter: (change: Partial<RowFilter>) => void;
  /** The rows that a verb would reach. */
  targets: Proposal[];
  selected: number;
  onVerb: (verb: Verb) => void;
  onClear: () => void;
  onUndo: () => void;
  undoing: boolean;
  /** Approve all, generate. */
  children: ReactNode;
};

const SHOW_WORD: Record<Show, string> = {
  all: "All",
  proposed: "To decide",
  approved: "Approved",
  rejected: "Rejected",
  aside: "Set aside",
};

export function ReviewToolbar(props: Props) {
  const { review, filter, onFilter, targets, selected, onVerb, onClear, onUndo, undoing, children } = props;
  const { counts, items } = review;
  const count: Record<Show, number> = {
    ...counts,
    all: counts.proposed + counts.approved + counts.rejected,
    aside: items.length - counts.proposed - counts.approved - counts.rejected,
  };
  return (
    <div className="shrink-0 border-rule border-b">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-4 pt-2 pb-1.5">
        <input
          type="search"
          aria-label="Filter stories"
          placeholder="Filter by text or reference"
          value={filter.text}
          onChange={(event) => onFilter({ text: event.target.value })}
          className="field max-w-[260px] max-sm:max-w-none"
        />
        <label className="flex items-center gap-1.5 text-xs">
          <span className="sr-only">Show</span>
          <select
            value={filter.show}
            onChange={(event) => onFilter({ show: event.target.value as Show })}
            className="field w-auto"
          >
            {(Object.keys(SHOW_WORD) as Show[]).map((show) => (
              <option key={show} value={show}>
                {SHOW_WORD[show]} ({count[show]})
              </option>
            ))}
          </select>
        </label>
        {filter.reference && (
          <button
            type="button"
            className="mono inline-flex h-6 items-center gap-1 rounded-xs bg-accent-soft px-1.5"
            aria-label={`Show more than ${filter.reference}`}
            onClick={() => onFilter({ reference: null })}
          >
            {filter.reference}
            <X size={11} aria-hidden />
          </button>
        )}
        <span className="num text-ink-2 text-xs" role="status">
          <b className="font-medium text-ink">{counts.proposed}</b> to decide · {counts.approved} approved
        </span>
        <span className="flex-1" />
        {children}
      </div>
      <div
        role="toolbar"
        aria-label="Decide"
        className={`fine-scroll flex items-center gap-1.5 overflow-x-auto px-4 py-1.5 ${selected > 0 ? "bg-accent-soft" : ""}`}
      >
        {selected > 0 && (
          <span className="num mr-1 flex shrink-0 items-center gap-1 font-medium text-xs" role="status">
            {selected} selected
            <button type="button" className="link font-normal" onClick={onClear}>
              Clear
            </button>
          </span>
        )}
        {VERBS.map(({ verb, word, key, icon }) => (
          <button
            key={verb}
            type="button"
            className="btn shrink-0"
            aria-keyshortcuts={key}
            disabled={!possible(verb, targets)}
            onClick={() => onVerb(verb)}
          >
            {icon}
            {word} <kbd aria-hidden>{key}</kbd>
          </button>
        ))}
        <button
          type="button"
          className="btn btn-ghost shrink-0"
          aria-keyshortcuts="U"
          disabled={!review.undo || undoing}
          onClick={onUndo}
        >
          <Undo2 size={13} aria-hidden />
          <span className="max-w-64 truncate">{review.undo?.label ?? "Undo"}</span> <kbd aria-hidden>U</kbd>
        </button>
      </div>
    </div>
  );
}

const VERBS: { verb: Verb; word: string; key: string; icon: ReactNode }[] = [
  { verb: "approve", word: "Approve", key: "A", icon: <Check size={13} aria-hidden /> },
  { verb: "edit", word: "Edit", key: "E", icon: <PenLine size={13} aria-hidden /> },
  { verb: "split", word: "Split", key: "S", icon: <Scissors size={13} aria-hidden /> },
  { verb: "merge", word: "Merge", key: "M", icon: <GitMerge size={13} aria-hidden /> },
  { verb: "reject", word: "Reject", key: "R", icon: <X size={13} aria-hidden /> },
];

/** The rows that the verb really reaches: of a mixed selection those that are still to be decided. */
export const reached = (targets: Proposal[], verb: ProposalVerb): Proposal[] =>
  targets.filter((proposal) => proposal.may.includes(verb));

/** As many as the server merges at once. */
const MOST_MERGED = 12;

export function possible(verb: Verb, targets: Proposal[]): boolean {
  const here = reached(targets, verb).length;
  if (verb === "merge") return here >= 2 && here <= MOST_MERGED;
  if (verb === "edit" || verb === "split") return here === 1 && targets.length === 1;
  return here >= 1;
}
