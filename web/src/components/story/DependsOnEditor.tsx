/** What must be done before: chosen from a list, shown as chips. */
import { X } from "lucide-react";
import { useId } from "react";

export type Dependable = { id: string; label: string };

type Props = { chosen: string[]; dependables: Dependable[]; onChange: (chosen: string[]) => void };

export function DependsOnEditor({ chosen, dependables, onChange }: Props) {
  const id = useId();
  const left = dependables.filter((one) => !chosen.includes(one.id));
  const name = (dependency: string) =>
    dependables.find((one) => one.id === dependency)?.label ?? "A story that is not in this list";
  if (chosen.length === 0 && dependables.length === 0) return null;
  return (
    <div className="mt-3">
      <label htmlFor={id} className="label">
        Depends on
      </label>
      {chosen.length > 0 && (
        <ul className="mt-1 flex flex-col gap-1">
          {chosen.map((dependency) => (
            <li key={dependency} className="flex items-center gap-1 rounded-xs bg-well py-0.5 pl-2 text-xs">
              <span className="min-w-0 flex-1 truncate">{name(dependency)}</span>
              <button
                type="button"
                className="btn btn-ghost btn-icon"
                aria-label={`Does not depend on ${name(dependency)}`}
                onClick={() => onChange(chosen.filter((one) => one !== dependency))}
              >
                <X size={12} aria-hidden />
              </button>
            </li>
          ))}
        </ul>
      )}
      {left.length > 0 && (
        <select
          id={id}
          value=""
          className="field mt-1"
          onChange={(event) => event.target.value && onChange([...chosen, event.target.value])}
        >
          <option value="">Add a story…</option>
          {left.map((one) => (
            <option key={one.id} value={one.id}>
              {one.label}
            </option>
          ))}
        </select>
      )}
    </div>
  );
}
