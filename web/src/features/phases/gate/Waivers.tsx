/** What the checker found in the text about to be approved: a reason for each thing that blocks, and what advises to read. */
import { useState } from "react";
import type { Waiver } from "~/api/phases";
import type { Finding } from "~/api/types";
import { SeverityIcon } from "~/components/document/FindingList";
import { Field } from "~/components/ui/Field";
import { findingsInWords, isBlocking, placeInWords } from "~/lib/findings";
import { plural } from "~/lib/time";

export function useWaivers(findings: readonly Finding[]) {
  const [reasons, setReasons] = useState<Record<string, string>>({});
  const blocking = findings.filter(isBlocking);
  const waivers: Waiver[] = blocking.map(({ id }) => ({
    finding_id: id,
    reason: (reasons[id] ?? "").trim(),
  }));
  return {
    reasons,
    waivers,
    /** Nothing that blocks is without a reason. */
    complete: waivers.every(({ reason }) => reason !== ""),
    give: (id: string, reason: string) => setReasons((before) => ({ ...before, [id]: reason })),
  };
}

type Props = { findings: readonly Finding[]; given: ReturnType<typeof useWaivers> };

export function Waivers({ findings, given }: Props) {
  const blocking = findings.filter(isBlocking);
  const advisory = findings.filter((finding) => !isBlocking(finding));
  if (findings.length === 0) return null;
  return (
    <section aria-label="Findings" className="mt-3 mb-3">
      {blocking.length > 0 && (
        <div className="rounded-sm border border-changes/40 bg-changes-soft p-3">
          <p className="font-medium text-ink text-xs">{findingsInWords(blocking)}</p>
          <p className="mt-0.5 text-2xs text-ink-2">
            Mend the document, or take responsibility: each reason is recorded with your approval.
          </p>
          <ul className="mt-2 flex flex-col gap-3">
            {blocking.map((finding) => (
              <li key={finding.id}>
                <p className="flex items-start gap-2 text-ink text-xs">
                  <SeverityIcon severity={finding.severity} />
                  <span className="min-w-0 break-words">
                    {finding.text} <span className="num text-2xs text-ink-3">{placeInWords(finding)}</span>
                  </span>
                </p>
                <Field label={`Why this may stand (${finding.place.ref_id ?? `line ${finding.place.line}`})`}>
                  {(control) => (
                    <textarea
                      {...control}
                      value={given.reasons[finding.id] ?? ""}
                      onChange={(event) => given.give(finding.id, event.target.value)}
                      rows={1}
                      maxLength={2000}
                      className="field"
                    />
                  )}
                </Field>
              </li>
            ))}
          </ul>
        </div>
      )}
      {advisory.length > 0 && (
        <details className="mt-2 text-xs">
          <summary className="text-ink-2">{plural(advisory.length, "advisory finding")}</summary>
          <ul className="mt-1 flex flex-col gap-1">
            {advisory.map((finding) => (
              <li key={finding.id} className="flex items-start gap-2 text-ink-2">
                <SeverityIcon severity={finding.severity} />
                <span className="min-w-0 break-words">
                  {finding.text} <span className="num text-2xs text-ink-3">{placeInWords(finding)}</span>
                </span>
              </li>
            ))}
          </ul>
        </details>
      )}
    </section>
  );
}
