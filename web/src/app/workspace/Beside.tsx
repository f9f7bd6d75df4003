/** What stands beside a text: what people say of it, and what they found wrong with it. Joins the two features. */
import { type ReactNode, useMemo } from "react";
import type { Phase, StageView } from "~/api/types";
import { ProblemNotice } from "~/components/ui/Notice";
import { FindingCard } from "~/features/findings/FindingCard";
import { RaiseFinding } from "~/features/findings/RaiseFinding";
import { useFindings } from "~/features/findings/useFindings";
import { Annotated, type Note } from "~/features/threads/Annotated";

type Props = { phase: Phase; view: StageView; version: number; children: ReactNode };

export function Beside({ phase, view, version, children }: Props) {
  const place = { phaseId: phase.id, stage: view.stage };
  const { query, ...mutations } = useFindings(place);
  const findings = query.data;
  // Cards are drawn anew with each render; where they stand depends on which there are.
  const notes = useMemo(
    () =>
      (findings ?? []).map((finding) => ({
        id: finding.id,
        anchor: { kind: "item" as const, id: finding.ref },
      })),
    [findings],
  );
  const cards: Note[] = notes.map((note, index) => ({
    ...note,
    card: (found, show) => {
      const finding = findings?.[index];
      return finding ? <FindingCard {...{ phase, finding, found, mutations }} onShow={show} /> : null;
    },
  }));
  return (
    <>
      <Annotated
        place={place}
        view={view}
        version={version}
        notes={cards}
        actions={<RaiseFinding view={view} mutations={mutations} />}
      >
        {children}
      </Annotated>
      <ProblemNotice error={query.error} />
    </>
  );
}
