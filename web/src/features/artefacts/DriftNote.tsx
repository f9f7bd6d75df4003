/** How the evidence of the analysis fares in today's code, as somebody reported it. It decides nothing. */
import { useState } from "react";
import type { DriftReport } from "~/api/types";
import { When } from "~/components/ui/When";

const STATE: Record<DriftReport["places"][number]["state"], string> = {
  unchanged: "unchanged",
  moved: "moved",
  changed: "changed",
  vanished: "gone",
};

export function driftInWords(drift: DriftReport): string {
  const drifted = drift.total - drift.unchanged;
  const places = `${drift.total} ${drift.total === 1 ? "place" : "places"}`;
  return drifted === 0
    ? `All ${places} of the evidence are as they were`
    : `${drifted} of ${drift.total} places of the evidence changed since`;
}

export function DriftNote({ drift }: { drift: DriftReport }) {
  const [open, setOpen] = useState(false);
  const drifted = drift.places.filter((place) => place.state !== "unchanged");
  return (
    <div className="shrink-0 border-rule border-b bg-well px-4 py-1.5 text-xs">
      <p className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <span className="text-ink">
          {driftInWords(drift)}, reported by {drift.reported_by.name}, <When at={drift.at} />.
        </span>
        {drifted.length > 0 && (
          <button type="button" className="link" aria-expanded={open} onClick={() => setOpen(!open)}>
            {open ? "Fold" : "Show them"}
          </button>
        )}
      </p>
      {open && (
        <ul aria-label="Places that changed" className="fine-scroll mt-1 max-h-40 overflow-y-auto">
          {drifted.map((place) => (
            <li key={place.evidence} className="break-all">
              <span className="mono">{place.evidence}</span> {STATE[place.state]}
              {place.now && <span className="font-mono text-2xs text-ink-3"> now {place.now}</span>}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
