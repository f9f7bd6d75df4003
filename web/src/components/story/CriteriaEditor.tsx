/** Acceptance criteria being written: a criterion keeps its id whatever becomes of its words. */
import { ArrowDown, ArrowUp, Plus, Trash2 } from "lucide-react";
import type { DraftCriterion } from "~/api/stories";
import { references } from "~/lib/stories";

/** A criterion in the form; `key` stays while it moves, `traces` is text until it is saved. */
export type EditedCriterion = {
  key: string;
  id: string | null;
  given: string;
  when: string;
  then: string;
  traces: string;
};

export const edited = ({ id, given, when, then, traces_to }: DraftCriterion): EditedCriterion => ({
  key: id ?? crypto.randomUUID(),
  id: id ?? null,
  given,
  when,
  then,
  traces: traces_to.join(", "),
});

export const written = ({ id, given, when, then, traces }: EditedCriterion): DraftCriterion => ({
  ...(id ? { id } : {}),
  given: given.trim(),
  when: when.trim(),
  then: then.trim(),
  traces_to: references(traces),
});

const EMPTY: DraftCriterion = { given: "", when: "", then: "", traces_to: [] };

type Props = {
  criteria: EditedCriterion[];
  onChange: (criteria: EditedCriterion[]) => void;
  error: string | undefined;
};

export function CriteriaEditor({ criteria, onChange, error }: Props) {
  const replace = (key: string, change: Partial<EditedCriterion>) =>
    onChange(criteria.map((one) => (one.key === key ? { ...one, ...change } : one)));
  const move = (index: number, by: number) => {
    const moved = criteria[index];
    if (!moved) return;
    onChange(criteria.toSpliced(index, 1).toSpliced(index + by, 0, moved));
  };
  return (
    <fieldset className="mt-4">
      <legend className="label">Acceptance criteria</legend>
      {error && <p className="mt-1 text-changes text-xs">{error}</p>}
      <ol className="mt-1 flex flex-col gap-2">
        {criteria.map((criterion, index) => (
          <li key={criterion.key} className="panel p-2">
            <div className="flex items-center gap-1">
              <span className="mono flex-1 text-2xs text-ink-3">{criterion.id ?? "new"}</span>
              <IconButton
                label={`Move criterion ${index + 1} up`}
                disabled={index === 0}
                onClick={() => move(index, -1)}
              >
                <ArrowUp size={13} aria-hidden />
              </IconButton>
              <IconButton
                label={`Move criterion ${index + 1} down`}
                disabled={index === criteria.length - 1}
                onClick={() => move(index, 1)}
              >
                <ArrowDown size={13} aria-hidden />
              </IconButton>
              <IconButton
                label={`Remove criterion ${index + 1}`}
                onClick={() => onChange(criteria.filter((one) => one.key !== criterion.key))}
              >
                <Trash2 size={13} aria-hidden />
              </IconButton>
            </div>
            <div className="grid grid-cols-[3.5rem_1fr] items-start gap-x-2 gap-y-1">
              {(["given", "when", "then"] as const).map((clause) => (
                <Clause
                  key={clause}
                  word={clause}
                  number={index + 1}
                  value={criterion[clause]}
                  onChange={(value) => replace(criterion.key, { [clause]: value })}
                />
              ))}
              <span className="pt-1.5 text-ink-3 text-xs" aria-hidden>
                Traces
              </span>
              <input
                aria-label={`Criterion ${index + 1} traces to`}
                value={criterion.traces}
                placeholder="R-3.1, R-4"
                onChange={(event) => replace(criterion.key, { traces: event.target.value })}
                className="field font-mono"
              />
            </div>
          </li>
        ))}
      </ol>
      <button
        type="button"
        className="btn mt-2"
        disabled={criteria.length >= MOST}
        onClick={() => onChange([...criteria, edited(EMPTY)])}
      >
        <Plus size={13} aria-hidden />
        Add a criterion
      </button>
    </fieldset>
  );
}

/** More than this is more than one story. */
const MOST = 40;

type ClauseProps = { word: string; number: number; value: string; onChange: (value: string) => void };

function Clause({ word, number, value, onChange }: ClauseProps) {
  return (
    <>
      <span className="pt-1.5 text-ink-3 text-xs capitalize" aria-hidden>
        {word}
      </span>
      <textarea
        aria-label={`Criterion ${number}: ${word}`}
        rows={1}
        maxLength={4000}
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className="field field-sizing-content"
      />
    </>
  );
}

type IconButtonProps = {
  label: string;
  disabled?: boolean;
  onClick: () => void;
  children: React.ReactNode;
};

function IconButton({ label, disabled = false, onClick, children }: IconButtonProps) {
  return (
    <button
      type="button"
      className="btn btn-ghost btn-icon"
      aria-label={label}
      title={label}
      disabled={disabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
