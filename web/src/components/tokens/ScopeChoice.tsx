/** What a token is to be for, and how long: the same choice wherever one is given out. */
import type { TokenScope } from "~/api/types";
import { Field } from "~/components/ui/Field";
import { LIFETIMES, lifetimeInWords, SCOPE_WORD } from "~/lib/scopes";

type ScopesProps = {
  offered: TokenScope[];
  chosen: TokenScope[];
  onChange: (chosen: TokenScope[]) => void;
};

export function ScopeChoice({ offered, chosen, onChange }: ScopesProps) {
  const toggle = (scope: TokenScope) =>
    onChange(offered.filter((it) => (it === scope ? !chosen.includes(it) : chosen.includes(it))));
  return (
    <fieldset className="mt-3">
      <legend className="label">It may</legend>
      {offered.map((scope) => (
        <label key={scope} className="mt-1.5 flex items-baseline gap-2">
          <input
            type="checkbox"
            checked={chosen.includes(scope)}
            onChange={() => toggle(scope)}
            className="size-4 translate-y-0.5 accent-accent"
          />
          <span className="min-w-0">
            {SCOPE_WORD[scope]} <span className="mono text-2xs text-ink-3">{scope}</span>
          </span>
        </label>
      ))}
      <p className="mt-1.5 text-2xs text-ink-3">
        No token approves, requests changes or reopens anything, whatever it may.
      </p>
    </fieldset>
  );
}

type LifetimeProps = { days: number; onChange: (days: number) => void };

export function LifetimeChoice({ days, onChange }: LifetimeProps) {
  return (
    <Field label="It ends by itself after">
      {(control) => (
        <select
          {...control}
          value={days}
          onChange={(event) => onChange(Number(event.target.value))}
          className="field"
        >
          {LIFETIMES.map((lifetime) => (
            <option key={lifetime} value={lifetime}>
              {lifetimeInWords(lifetime)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

type ProjectProps = {
  projects: { project_id: string; key: string; name: string }[];
  chosen: string;
  onChange: (projectId: string) => void;
};

export function ProjectChoice({ projects, chosen, onChange }: ProjectProps) {
  return (
    <Field label="Project" hint="It opens nothing else.">
      {(control) => (
        <select
          {...control}
          value={chosen}
          onChange={(event) => onChange(event.target.value)}
          className="field"
        >
          {projects.map((project) => (
            <option key={project.project_id} value={project.project_id}>
              {project.key} · {project.name}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
