/**
 * The review of a phase's stories: what Conductor proposes arrives in the table while people decide in it.
 * Rows never jump under the reader's eyes: new ones come at the end, and the cursor stays with its story.
 */
import { useQuery } from "@tanstack/react-query";
import { CheckCheck } from "lucide-react";
import { type ReactNode, useDeferredValue, useMemo, useState } from "react";
import { proposalsQuery } from "~/api/review";
import type { Proposal, Review } from "~/api/stories";
import type { Me, Phase } from "~/api/types";
import { EmptyState, ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { PaneTabs } from "~/components/ui/PaneTabs";
import { useShortcuts } from "~/lib/shortcuts";
import { Coverage } from "./Coverage";
import { GenerateButton, GenerationBar, isGenerating } from "./GenerationBar";
import { ProposalPanel } from "./ProposalPanel";
import { ProposalTable } from "./ProposalTable";
import { type Asking, ReviewDialogs } from "./ReviewDialogs";
import { possible, ReviewToolbar, reached, type Verb } from "./ReviewToolbar";
import { nextToDecide, type RowFilter, type Show, shownRows } from "./rows";
import { useCursor } from "./useCursor";
import { type ReviewMutations, useReview } from "./useReview";

export type Side = "story" | "coverage" | "conversation";
export type ReviewSearch = { show: Show; reference: string | null; story: string | null; side: Side };

type Props = {
  phase: Phase;
  me: Me;
  search: ReviewSearch;
  onSearch: (change: Partial<ReviewSearch>) => void;
  /** Shown in place of an empty table while the stage is locked. */
  locked: ReactNode | null;
  conversation: ReactNode;
  gate: ReactNode;
};

export function StoryReview(props: Props) {
  const { phase, me, locked, gate } = props;
  const query = useQuery(proposalsQuery(phase.id));
  const review = useReview(phase.id, phase.project_id, me);
  const { data } = query;
  if (!data) {
    return (
      <div className="min-h-0 flex-1 p-4">
        {query.error ? <ProblemNotice error={query.error} /> : <Skeleton lines={8} />}
      </div>
    );
  }
  if (data.items.length === 0 && !isGenerating(data.generation)) {
    return (
      <>
        <div className="min-h-0 flex-1 overflow-y-auto">
          {locked ?? <NothingYet phase={phase} data={data} review={review} />}
        </div>
        {gate}
      </>
    );
  }
  return <Table {...props} data={data} review={review} />;
}

type LoadedProps = Props & { data: Review; review: ReviewMutations };

function NothingYet({ phase, data, review }: Pick<LoadedProps, "phase" | "data" | "review">) {
  const mayGenerate = data.may.includes("generate");
  return (
    <>
      <GenerationBar generation={data.generation} mayGenerate={mayGenerate} review={review} />
      <EmptyState title="Ready for story generation">
        <p>
          {phase.kind === "light"
            ? "Conductor proposes stories from the scoping conversation and its note."
            : "Requirements, technical analysis and architecture are approved and current. Conductor proposes stories from them."}{" "}
          They appear here one by one; nothing enters the backlog without an SDM's approval.
        </p>
        <div className="mt-4">
          {mayGenerate ? (
            <GenerateButton again={false} undecided={0} review={review} primary />
          ) : (
            "An SDM of this project starts it."
          )}
        </div>
        <ProblemNotice error={review.generate.error} />
      </EmptyState>
    </>
  );
}

function Table({ phase, search, onSearch, conversation, gate, data, review }: LoadedProps) {
  const [text, setText] = useState("");
  const [pane, setPane] = useState<"table" | "side">("table");
  const [asking, setAsking] = useState<Asking | null>(null);
  const deferred = useDeferredValue(text);
  const filter: RowFilter = { show: search.show, text, reference: search.reference };
  const rows = useMemo(
    () =>
      shownRows(
        data.items,
        { show: search.show, text: deferred, reference: search.reference },
        data.coverage.items,
      ),
    [data, deferred, search.show, search.reference],
  );
  const cursor = useCursor(rows, search.story, (story) => onSearch({ story }));
  const targets = cursor.selected.length > 0 ? cursor.selected : cursor.current ? [cursor.current] : [];
  const undecided = data.items.filter((proposal) => proposal.may.includes("approve"));

  const goTo = (id: string) => {
    const proposal = data.items.find((one) => one.id === id);
    if (proposal && !rows.includes(proposal)) {
      setText("");
      onSearch({
        show:
          shownRows([proposal], { show: "all", text: "", reference: null }, []).length > 0 ? "all" : "aside",
        reference: null,
      });
    }
    cursor.goTo(id);
    onSearch({ side: "story" });
    setPane("side");
  };
  const approve = (proposals: Proposal[]) => {
    if (proposals.length > 1) return setAsking({ verb: "approve", proposals });
    review.approve.mutate(proposals);
    cursor.move(nextToDecide(rows, cursor.index));
  };
  const decide = (verb: Verb) => {
    const here = reached(targets, verb);
    const [first] = here;
    if (!first || !possible(verb, targets) || here.some((one) => review.recording.has(one.id))) return;
    if (verb === "approve") approve(here);
    else if (verb === "merge" || verb === "reject") setAsking({ verb, proposals: here });
    else {
      review.edit.reset();
      review.split.reset();
      setAsking({ verb, proposal: first });
    }
  };
  const undo = () => data.undo && !review.undo.isPending && review.undo.mutate();
  useShortcuts({
    j: () => cursor.move(cursor.index + 1),
    k: () => cursor.move(cursor.index - 1),
    x: () => cursor.current && cursor.toggle(cursor.current.id),
    a: () => decide("approve"),
    e: () => decide("edit"),
    s: () => decide("split"),
    m: () => decide("merge"),
    r: () => decide("reject"),
    u: undo,
  });
  const mayGenerate = data.may.includes("generate");
  const failed = [
    review.approve,
    review.reject,
    review.restore,
    review.undo,
    review.generate,
    review.stop,
  ].find((mutation) => mutation.error);
  return (
    <>
      <ReviewToolbar
        review={data}
        filter={filter}
        onFilter={({ text: words, ...change }) => {
          if (words !== undefined) setText(words);
          if (Object.keys(change).length > 0) onSearch(change);
        }}
        targets={targets}
        selected={cursor.selected.length}
        onVerb={decide}
        onClear={cursor.clear}
        onUndo={undo}
        undoing={review.undo.isPending}
      >
        {mayGenerate && !isGenerating(data.generation) && (
          <GenerateButton again undecided={data.counts.proposed} review={review} />
        )}
        {data.may.includes("approve_all") && undecided.length > 0 && (
          <button
            type="button"
            className="btn"
            onClick={() => setAsking({ verb: "approve", proposals: undecided })}
          >
            <CheckCheck size={13} aria-hidden />
            Approve all {undecided.length}
          </button>
        )}
      </ReviewToolbar>
      <GenerationBar generation={data.generation} mayGenerate={mayGenerate} review={review} />
      {failed && asking?.verb !== "approve" && (
        <div className="shrink-0 px-4 pb-2">
          <ProblemNotice error={failed.error}>
            <button type="button" className="link mt-1" onClick={() => failed.reset()}>
              Dismiss
            </button>
          </ProblemNotice>
        </div>
      )}
      <PaneTabs
        label="Pane"
        className="lg:hidden"
        pane={pane}
        onPane={setPane}
        panes={[
          { id: "table", name: "Stories" },
          { id: "side", name: "Details" },
        ]}
      />
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)] lg:grid-cols-[minmax(0,1fr)_380px] 2xl:grid-cols-[minmax(0,1fr)_440px]">
        <div className={`min-h-0 min-w-0 ${pane === "table" ? "" : "max-lg:hidden"}`}>
          {rows.length > 0 ? (
            <ProposalTable
              rows={rows}
              cursor={cursor}
              recording={review.recording}
              onOpen={(index) => {
                cursor.move(index);
                onSearch({ side: "story" });
                setPane("side");
              }}
            />
          ) : (
            <EmptyState
              title={data.items.length === 0 ? "The first story is on its way" : "No story matches"}
            >
              {data.items.length > 0 && "Show all, or search for less."}
            </EmptyState>
          )}
        </div>
        <aside
          aria-label="Details"
          className={`flex min-h-0 min-w-0 flex-col border-rule bg-sheet lg:border-l ${pane === "side" ? "" : "max-lg:hidden"}`}
        >
          <PaneTabs
            label="Details"
            pane={search.side}
            onPane={(side) => onSearch({ side })}
            panes={[
              { id: "story", name: "Story" },
              { id: "coverage", name: "Coverage", note: uncoveredNote(data) },
              { id: "conversation", name: "Conductor" },
            ]}
          />
          <div className="min-h-0 flex-1">
            {search.side === "story" && (
              <ProposalPanel
                phase={phase}
                proposal={cursor.current}
                proposals={data.items}
                recording={cursor.current !== null && review.recording.has(cursor.current.id)}
                onProposal={goTo}
                onRestore={(proposal) => review.restore.mutate([proposal])}
              />
            )}
            {search.side === "coverage" && (
              <Coverage
                coverage={data.coverage}
                findings={data.findings}
                proposals={data.items}
                reference={search.reference}
                onReference={(reference) => onSearch({ reference, show: "all" })}
                onProposal={goTo}
              />
            )}
            {search.side === "conversation" && conversation}
          </div>
        </aside>
      </div>
      {gate}
      {asking && (
        <ReviewDialogs
          asking={asking}
          proposals={data.items}
          review={review}
          onDone={(next) => {
            setAsking(null);
            cursor.clear();
            if (next) cursor.goTo(next);
          }}
        />
      )}
    </>
  );
}

function uncoveredNote({ coverage }: Review): string | undefined {
  const open = coverage.items.filter((row) => row.state === "uncovered").length;
  return open > 0 ? `${open} open` : undefined;
}
