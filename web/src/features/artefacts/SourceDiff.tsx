/** A comparison of the source, line by line, by section, as the server made it. */
import { useMemo, useState } from "react";
import type { LineDiff, SectionDiff } from "~/api/types";
import { foldLines, type LinePiece, pairLines } from "~/lib/lines";
import { plural } from "~/lib/time";
import { Unfold } from "./ReadingDiff";

const SIGN = { same: " ", added: "+", removed: "−" } as const;
const WORD = { same: "", added: "added: ", removed: "removed: " } as const;
const GROUND = { same: "", added: "bg-ins/55", removed: "bg-del/55" } as const;

export function SourceDiff({ sections, split }: { sections: readonly SectionDiff[]; split: boolean }) {
  return (
    <div className="font-mono text-xs leading-5">
      {sections.map((section, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: two sections may have one heading
        <Section key={index} section={section} split={split} />
      ))}
    </div>
  );
}

const KIND = { added: "new section", removed: "removed section", changed: "", same: "" } as const;

function Section({ section, split }: { section: SectionDiff; split: boolean }) {
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const pieces = useMemo(() => foldLines(section.lines, opened), [section.lines, opened]);
  const changed = section.kind !== "same";
  return (
    <section className="mb-2" aria-label={section.heading || "Before the first heading"}>
      {section.heading && (
        <h2
          className="flex flex-wrap items-baseline gap-x-3 bg-well px-2 py-0.5 font-sans"
          {...(changed ? { "data-change": "", "data-section": section.heading, tabIndex: -1 } : {})}
        >
          <span className={changed ? "font-medium" : "text-ink-3"}>{section.heading}</span>
          {changed && (
            <span className="num text-2xs text-ink-3">
              {KIND[section.kind]} {plural(section.changes, "change")} ·{" "}
              <span className="text-approved">+{section.added_words}</span>{" "}
              <span className="text-changes">−{section.removed_words}</span> words
            </span>
          )}
        </h2>
      )}
      {pieces.map((piece) =>
        piece.kind === "folded" ? (
          <div key={`fold-${piece.from}`} className="font-sans">
            <Unfold folded={piece} onOpen={() => setOpened(new Set(opened).add(piece.from))} />
          </div>
        ) : (
          <Lines key={piece.from} piece={piece} split={split} />
        ),
      )}
    </section>
  );
}

function Lines({ piece, split }: { piece: Extract<LinePiece<LineDiff>, { kind: "lines" }>; split: boolean }) {
  if (split) {
    return (
      <>
        {pairLines(piece.lines).map(([left, right], index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
          <div key={index} className="grid grid-cols-2 gap-4">
            <Line line={left} />
            <Line line={right} />
          </div>
        ))}
      </>
    );
  }
  return (
    <>
      {piece.lines.map((line, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a line is its place
        <Line key={index} line={line} />
      ))}
    </>
  );
}

function Line({ line }: { line: LineDiff | null }) {
  if (!line) return <div aria-hidden className="bg-well/50" />;
  return (
    <div className={`flex min-h-5 min-w-0 gap-2 px-2 ${GROUND[line.kind]}`}>
      <span aria-hidden className="w-2 shrink-0 select-none text-ink-3">
        {SIGN[line.kind]}
      </span>
      <span className="min-w-0 whitespace-pre-wrap break-words">
        <span className="sr-only">{WORD[line.kind]}</span>
        {line.words
          ? line.words.map((word, index) => {
              if (word.kind === "same") return word.text;
              const Tag = word.kind === "added" ? "ins" : "del";
              return (
                // biome-ignore lint/suspicious/noArrayIndexKey: a stretch of words is its place
                <Tag key={index} className="rounded-xs bg-ink/10">
                  {word.text}
                </Tag>
              );
            })
          : line.text}
      </span>
    </div>
  );
}
