/** What of the backlog is shown, how many that is, and the same as a file. */
import { Menu } from "@base-ui/react/menu";
import { Download } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { type BacklogFilter, type BacklogSort, type ExportFormat, exportAddress } from "~/api/backlog";
import type { StoryStatus, StoryType } from "~/api/stories";
import type { PhaseSummary } from "~/api/types";
import { STORY_TYPES, TYPE_WORD } from "~/lib/stories";
import { plural } from "~/lib/time";
import { type BacklogSearch, isFiltered, SORTS } from "./search";

type Props = {
  projectId: string;
  phases: PhaseSummary[];
  search: BacklogSearch;
  filter: BacklogFilter;
  total: number | null;
  onSearch: (search: BacklogSearch) => void;
};

const SORT_WORD: Record<BacklogSort, string> = {
  key: "Oldest first",
  "-key": "Newest first",
  title: "By title",
  updated: "By last change",
  complexity: "By complexity",
};

export function BacklogFilters({ projectId, phases, search, filter, total, onSearch }: Props) {
  const change = (next: Partial<BacklogSearch>) => onSearch({ ...search, ...next });
  return (
    <div role="search" className="flex shrink-0 flex-wrap items-center gap-2 px-4 py-2">
      <SearchText value={search.q ?? ""} onChange={(q) => change({ q })} />
      <Choice
        label="Phase"
        value={search.phase ? String(search.phase) : ""}
        options={phases.map((phase) => [String(phase.number), `${phase.number} · ${phase.title}`])}
        onChange={(value) => change({ phase: value ? Number(value) : undefined })}
      />
      <Choice
        label="Type"
        value={search.type ?? ""}
        options={STORY_TYPES.map((type) => [type, TYPE_WORD[type]])}
        onChange={(value) => change({ type: (value || undefined) as StoryType | undefined })}
      />
      <Choice
        label="Status"
        value={search.status ?? ""}
        options={[
          ["open", "Open"],
          ["closed", "Closed"],
        ]}
        onChange={(value) => change({ status: (value || undefined) as StoryStatus | undefined })}
      />
      <Choice
        label="Enriched"
        value={search.enriched === undefined ? "" : search.enriched ? "yes" : "no"}
        options={[
          ["yes", "Enriched"],
          ["no", "Not enriched"],
        ]}
        onChange={(value) => change({ enriched: value ? value === "yes" : undefined })}
      />
      <label className="flex h-8 items-center gap-1.5 px-1 text-xs">
        <input
          type="checkbox"
          className="size-4 accent-accent"
          checked={search.stale ?? false}
          onChange={(event) => change({ stale: event.target.checked ? true : undefined })}
        />
        Stale
      </label>
      {isFiltered(search) && (
        <button
          type="button"
          className="link text-xs"
          onClick={() => onSearch(search.sort ? { sort: search.sort } : {})}
        >
          Clear
        </button>
      )}
      <span className="flex-1" />
      <span className="num text-ink-2 text-xs" role="status">
        {total === null ? "" : plural(total, "story", "stories")}
      </span>
      <label>
        <span className="sr-only">Order</span>
        <select
          value={search.sort ?? "key"}
          onChange={(event) => change({ sort: event.target.value as BacklogSort })}
          className="field w-auto"
        >
          {SORTS.map((sort) => (
            <option key={sort} value={sort}>
              {SORT_WORD[sort]}
            </option>
          ))}
        </select>
      </label>
      <ExportMenu projectId={projectId} filter={filter} />
    </div>
  );
}

/** Searches when the typing pauses; the address follows. */
function SearchText({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const [text, setText] = useState(value);
  const sent = useRef(value);
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  // Going back, or "Clear", changes the address without the box.
  useEffect(() => {
    if (value !== sent.current) setText(value);
    sent.current = value;
  }, [value]);
  useEffect(() => {
    const wanted = text.trim();
    if (wanted === sent.current) return;
    const timer = setTimeout(() => {
      sent.current = wanted;
      latest.current(wanted);
    }, 250);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <input
      type="search"
      aria-label="Search stories"
      placeholder="Search stories"
      value={text}
      onChange={(event) => setText(event.target.value)}
      className="field max-w-[260px] max-sm:max-w-none"
    />
  );
}

type ChoiceProps = {
  label: string;
  value: string;
  options: readonly (readonly [value: string, name: string])[];
  onChange: (value: string) => void;
};

function Choice({ label, value, options, onChange }: ChoiceProps) {
  return (
    <label>
      <span className="sr-only">{label}</span>
      <select
        value={value}
        onChange={(event) => onChange(event.target.value)}
        className={`field w-auto max-w-44 ${value ? "border-accent bg-accent-soft" : ""}`}
      >
        <option value="">{label}: any</option>
        {options.map(([id, name]) => (
          <option key={id} value={id}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}

const FORMATS: [format: ExportFormat, name: string, note: string][] = [
  ["csv", "CSV", "for a spreadsheet"],
  ["jira_csv", "Jira CSV", "for Jira's import"],
  ["json", "JSON", "everything"],
];

function ExportMenu({ projectId, filter }: { projectId: string; filter: BacklogFilter }) {
  return (
    <Menu.Root>
      <Menu.Trigger className="btn h-8">
        <Download size={13} aria-hidden />
        Export
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="end" className="z-50">
          <Menu.Popup className="pop min-w-[220px] rounded-md border border-rule-2 bg-sheet p-1 shadow-lg">
            <p className="px-2 py-1 text-2xs text-ink-3">The stories that are shown, as a file</p>
            {FORMATS.map(([format, name, note]) => (
              <Menu.Item
                key={format}
                render={<a href={exportAddress(projectId, filter, format)} download />}
                className="flex h-8 cursor-default items-baseline gap-2 rounded-xs px-2 pt-1.5 data-highlighted:bg-accent-soft"
              >
                {name}
                <span className="text-2xs text-ink-3">{note}</span>
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
