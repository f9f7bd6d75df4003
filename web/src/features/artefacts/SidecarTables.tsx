/** What an analysis says of itself beside its text: which asset carries what, the code it rests on, what it recommends. */
import { ChevronDown } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import type { Sidecar } from "~/api/types";
import { CopyButton } from "~/components/ui/CopyButton";
import { plural } from "~/lib/time";

const STATUS_EDGE: Record<Sidecar["asset_map"][number]["status"], string> = {
  exists: "border-approved",
  extend: "border-review",
  missing: "border-changes",
  unknown: "border-rule-2",
};

export function SidecarTables({ sidecar }: { sidecar: Sidecar }) {
  const { asset_map: assets, evidence, repositories, options } = sidecar;
  return (
    <section aria-label="Beside the text" className="mt-8 border-rule border-t pt-2 text-xs">
      {assets.length > 0 && (
        <Part title="Asset map" count={plural(assets.length, "row")}>
          <table className="w-full">
            <Head columns={["Requirement", "Asset", "Status", "Note"]} />
            <tbody>
              {assets.map((row, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a requirement may have several rows; they never move
                <tr key={index} className="border-rule border-t align-top">
                  <td className="mono py-1 pr-3">{row.requirement}</td>
                  <td className="break-all py-1 pr-3 font-mono">{row.asset}</td>
                  <td className="py-1 pr-3">
                    <span className={`border-l-2 pl-1.5 ${STATUS_EDGE[row.status]}`}>{row.status}</span>
                  </td>
                  <td className="break-words py-1">{row.note}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Part>
      )}
      {evidence.length > 0 && (
        <Part title="Evidence" count={plural(evidence.length, "place")}>
          <table className="w-full">
            <Head columns={["Id", "Place", "Lines", "Quote"]} />
            <tbody>
              {evidence.map((place) => (
                <tr key={place.id} className="border-rule border-t align-top">
                  <td className="mono py-1 pr-3">{place.id}</td>
                  <td className="break-all py-1 pr-3 font-mono">
                    {place.repository}@{place.commit.slice(0, 10)}:{place.path}{" "}
                    <CopyButton text={place.reference} label={`Copy the reference of ${place.id}`} />
                    <span className="block text-2xs text-ink-3" title={`SHA-256 ${place.sha256}`}>
                      sha256 {place.sha256.slice(0, 12)}…
                    </span>
                  </td>
                  <td className="num whitespace-nowrap py-1 pr-3">
                    {place.start === place.end ? place.start : `${place.start}–${place.end}`}
                  </td>
                  <td className="break-words py-1 font-serif italic">{place.quote}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Part>
      )}
      {options.length > 0 && (
        <Part title="Options" count={plural(options.length, "option")}>
          <ul className="flex flex-col gap-1.5">
            {options.map((option) => (
              <li key={option.title} className="break-words">
                <b className="font-medium">{option.title}</b>
                {option.recommended && <span className="text-approved"> · recommended</span>}
                <span className="block text-ink-2">{option.summary}</span>
              </li>
            ))}
          </ul>
        </Part>
      )}
      {repositories.length > 0 && (
        <Part title="Repositories" count={plural(repositories.length, "repository", "repositories")}>
          <ul className="flex flex-col gap-1">
            {repositories.map((repository) => (
              <li key={repository.name} className="break-all font-mono">
                {repository.name} {repository.branch ?? ""} {repository.commit}
                {repository.remote && <span className="block text-ink-3">{repository.remote}</span>}
              </li>
            ))}
          </ul>
        </Part>
      )}
    </section>
  );
}

function Head({ columns }: { columns: string[] }) {
  return (
    <thead>
      <tr className="text-left text-2xs text-ink-3">
        {columns.map((column) => (
          <th key={column} scope="col" className="py-1 pr-3 font-medium">
            {column}
          </th>
        ))}
      </tr>
    </thead>
  );
}

/** Folded at first: what it holds stands in the text too. */
function Part({ title, count, children }: { title: string; count: string; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  const panel = useId();
  return (
    <div className="border-rule border-b">
      <button
        type="button"
        aria-expanded={open}
        aria-controls={panel}
        onClick={() => setOpen(!open)}
        className="flex w-full items-center gap-2 py-1.5 text-left hover:bg-well"
      >
        <span className="font-medium">{title}</span>
        <span className="num text-ink-3">{count}</span>
        <span className="flex-1" />
        <ChevronDown size={13} aria-hidden className={`text-ink-3 ${open ? "rotate-180" : ""}`} />
      </button>
      <div id={panel} hidden={!open} className="fine-scroll overflow-x-auto pb-3">
        {children}
      </div>
    </div>
  );
}
