/** Markdown on the page, whole or while it streams: only the last block is parsed again as text arrives. */

import { lazy, memo, Suspense, useMemo, useRef } from "react";
import remend from "remend";
import { type Block, type BlockCache, splitBlocks, toHtml } from "~/lib/markdown";

const Diagram = lazy(() => import("./Diagram"));

type Props = { text: string; streaming?: boolean; className?: string };

export function Markdown({ text, streaming = false, className = "doc" }: Props) {
  const cache = useRef<BlockCache>({ text: "", blocks: [] });
  const blocks = useMemo(() => splitBlocks(text, cache.current), [text]);
  return (
    <div className={className}>
      {blocks.map((block, index) => (
        <BlockView
          // biome-ignore lint/suspicious/noArrayIndexKey: a block is its place in a text that only grows
          key={index}
          raw={block.raw}
          lang={block.lang}
          code={block.code}
          growing={streaming && index === blocks.length - 1}
        />
      ))}
    </div>
  );
}

const BlockView = memo(function BlockView({ raw, lang, code, growing }: Block & { growing: boolean }) {
  const diagram = lang === "mermaid";
  const html = useMemo(() => (diagram ? "" : toHtml(growing ? remend(raw) : raw)), [raw, diagram, growing]);
  if (!diagram) {
    // biome-ignore lint/security/noDangerouslySetInnerHtml: toHtml is the sanitiser; nothing else may be set here
    return <div dangerouslySetInnerHTML={{ __html: html }} />;
  }
  const waiting = <div className="my-3 h-32 rounded-md border border-rule bg-well" />;
  if (growing) {
    return (
      <div className="mono my-3 rounded-md border border-rule bg-well p-3 text-ink-3">
        Drawing a diagram… {code?.split("\n").length ?? 0} lines
      </div>
    );
  }
  return (
    <Suspense fallback={waiting}>
      <Diagram code={code ?? ""} />
    </Suspense>
  );
});
