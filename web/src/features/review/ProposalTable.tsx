/** The dense table of proposals: one line each, what deserves a look, what was decided. */
import { TriangleAlert } from "lucide-react";
import { useCallback } from "react";
import type { Proposal } from "~/api/stories";
import { StandingTag } from "~/components/story/StandingTag";
import { Cell, HeadCell, VirtualRows } from "~/components/ui/VirtualRows";
import { TYPE_WORD } from "~/lib/stories";
import { factsOf, originsOf } from "./facts";
import type { Cursor } from "./useCursor";

type Props = {
  rows: Proposal[];
  cursor: Cursor;
  recording: ReadonlySet<string>;
  onOpen: (index: number) => void;
};

const COLUMNS =
  "grid grid-cols-[36px_minmax(0,1fr)_96px] @2xl:grid-cols-[36px_minmax(0,1fr)_44px_76px_120px_96px] @4xl:grid-cols-[36px_minmax(0,1fr)_72px_44px_76px_130px_minmax(0,190px)_96px]";
const WIDE = "hidden @4xl:block";
const MIDDLE = "hidden @2xl:block";

export function ProposalTable({ rows, cursor, recording, onOpen }: Props) {
  const keyOf = useCallback((index: number) => rows[index]?.id ?? String(index), [rows]);
  const all = rows.length > 0 && cursor.selected.length === rows.length;
  return (
    <div className="@container flex h-full min-h-0 flex-col">
      <VirtualRows
        label="Proposed stories"
        count={rows.length}
        rowHeight={32}
        keyOf={keyOf}
        current={cursor.index}
        isSelected={cursor.isSelected}
        columns={COLUMNS}
        onMove={cursor.move}
        onOpen={onOpen}
        header={
          <>
            <HeadCell className="grid place-items-center">
              <Box
                label="Select all"
                checked={all}
                mixed={!all && cursor.selected.length > 0}
                onChange={() => cursor.selectAll(!all)}
              />
            </HeadCell>
            <HeadCell>Story</HeadCell>
            <HeadCell className={WIDE}>Type</HeadCell>
            <HeadCell className={MIDDLE}>Pts</HeadCell>
            <HeadCell className={MIDDLE}>Criteria</HeadCell>
            <HeadCell className={MIDDLE}>Traces to</HeadCell>
            <HeadCell className={WIDE}>Note</HeadCell>
            <HeadCell>Decision</HeadCell>
          </>
        }
      >
        {(index) => {
          const row = rows[index];
          if (!row) return null;
          return (
            <Row
              proposal={row}
              selected={cursor.isSelected(index)}
              recording={recording.has(row.id)}
              onToggle={() => cursor.toggle(row.id)}
            />
          );
        }}
      </VirtualRows>
    </div>
  );
}

type RowProps = { proposal: Proposal; selected: boolean; recording: boolean; onToggle: () => void };

function Row({ proposal, selected, recording, onToggle }: RowProps) {
  const facts = factsOf(proposal);
  const origins = originsOf(proposal);
  const gone = proposal.status !== "proposed" && proposal.status !== "approved";
  const traces = [...proposal.requirement_ids, ...proposal.decision_ids].join(" ");
  return (
    <>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the box inside has the keys */}
      <span
        role="gridcell"
        tabIndex={-1}
        className="grid h-full place-items-center"
        onClick={(event) => event.stopPropagation()}
      >
        <Box label={`Select ${proposal.title}`} checked={selected} onChange={onToggle} />
      </span>
      <Cell className={`min-w-0 truncate px-2 font-medium ${gone ? "text-ink-3 line-through" : ""}`}>
        {proposal.title}
      </Cell>
      <Cell className={`truncate px-2 text-ink-2 text-xs ${WIDE}`}>{TYPE_WORD[proposal.type]}</Cell>
      <Cell className={`num px-2 text-xs ${MIDDLE}`}>
        {proposal.complexity ?? <span className="text-ink-3">–</span>}
      </Cell>
      <Cell className={`num px-2 text-ink-2 text-xs ${MIDDLE}`}>{proposal.acceptance_criteria.length}</Cell>
      <Cell className={`mono truncate px-2 text-2xs text-ink-2 ${MIDDLE}`} title={traces}>
        {traces}
      </Cell>
      <Cell className={`truncate px-2 text-xs ${WIDE}`}>
        {facts.length > 0 ? (
          <span className="text-review" title={facts.join(", ")}>
            <TriangleAlert size={12} aria-hidden className="mr-1 inline align-[-1px]" />
            {facts.join(", ")}
          </span>
        ) : (
          <span className="text-ink-3">{origins.join(", ")}</span>
        )}
      </Cell>
      <Cell className="truncate px-1">
        {proposal.status === "approved" && proposal.story_key && !recording ? (
          <span
            data-state="approved"
            className="gate gate-bg gate-fg mono inline-flex h-5 items-center rounded-xs px-1.5 font-medium text-2xs"
          >
            <span className="sr-only">Approved as </span>
            {proposal.story_key}
          </span>
        ) : (
          <StandingTag status={proposal.status} recording={recording} />
        )}
      </Cell>
    </>
  );
}

type BoxProps = { label: string; checked: boolean; mixed?: boolean; onChange: () => void };

function Box({ label, checked, mixed = false, onChange }: BoxProps) {
  return (
    <input
      type="checkbox"
      aria-label={label}
      checked={checked}
      ref={(box) => {
        if (box) box.indeterminate = mixed;
      }}
      onChange={onChange}
      className="size-4 accent-accent"
    />
  );
}
