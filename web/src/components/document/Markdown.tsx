/** Markdown on the page, whole or while it streams: only the last block is parsed again as text arrives. */

import { lazy, type MouseEvent, memo, Suspense, useMemo, useRef } from "react";
import remend from "remend";
import { type Block, type BlockCache, splitBlocks, TRACE, toHtml } from "~/lib/markdown";

const Diagram = lazy(() => import("./Diagram"));

type Props = {
  text: string;
  streaming?: boolean;
  className?: string;
  /** Makes the document's ids links, and is told which one was followed. */
  onId?: (id: string) => void;
};

export function Markdown({ text, streaming = false, className = "doc", onId }: Props) {
  const cache = useRef<BlockCache>({ text: "", blocks: [] });
  const blocks = useMemo(() => splitBlocks(text, cache.current), [text]);
  const follow = (event: MouseEvent) => {
    const link = event.target instanceof Element ? event.target.closest(`a[href^="${TRACE}"]`) : null;
    if (!link || !onId || event.metaKey || event.ctrlKey) return;
    event.preventDefault();
    onId((link.getAttribute("href") ?? "").slice(TRACE.length));
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the links inside are what is followed, by mouse or by key
    // biome-ignore lint/a11y/useKeyWithClickEvents: a key on a link is a click
    <div className={className} onClick={onId ? follow : undefined}>
      {blocks.map((block, index) => (
        <BlockView
          // biome-ignore lint/suspicious/noArrayIndexKey: a block is its place in a text that only grows
          key={index}
          raw={block.raw}
          lang={block.lang}
          code={block.code}
          growing={streaming && index === blocks.length - 1}
          linked={onId !== undefined}
        />
      ))}
    </div>
  );
}

type BlockProps = Block & { growing: boolean; linked: boolean };

const BlockView = memo(function BlockView({ raw, lang, code, growing, linked }: BlockProps) {
  const diagram = lang === "mermaid";
  const html = useMemo(
    () => (diagram ? "" : toHtml(growing ? remend(raw) : raw, linked ? "linked" : "plain")),
    [raw, diagram, growing, linked],
  );
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
