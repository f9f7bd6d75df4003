/** What Conductor was given for one reply, or would be given next: every block with its source, size, hash and text. */
import { useQuery } from "@tanstack/react-query";
import { contextQuery, nextContextQuery } from "~/api/conversation";
import type { ContextBlock, Stage } from "~/api/types";
import { CopyButton } from "~/components/ui/CopyButton";
import { Dialog } from "~/components/ui/Dialog";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { bytes } from "~/lib/time";

type Props = { place: { phaseId: string; stage: Stage }; turnId: string; onClose: () => void };

export function ContextInspector({ place, turnId, onClose }: Props) {
  const context = useQuery(contextQuery(place.phaseId, place.stage, turnId));
  const blocks = context.data?.blocks ?? [];
  const tokens = blocks.reduce((sum, block) => sum + block.tokens, 0);
  return (
    <Dialog
      open
      wide
      onOpenChange={onClose}
      title="What Conductor was given"
      description={
        context.data
          ? `${context.data.model ?? "No model"} · ${context.data.adapter} · ${blocks.length} blocks · about ${tokens.toLocaleString("en")} tokens`
          : "Every block of the prompt, in order, exactly as it was sent."
      }
    >
      <ProblemNotice error={context.error} />
      {context.isPending && <Skeleton />}
      <Blocks blocks={blocks} tokens={tokens} />
      {context.data && (
        <details className="mt-4 text-xs">
          <summary className="text-ink-2">Parameters</summary>
          <pre className="fine-scroll mono mt-2 overflow-x-auto rounded-sm bg-well p-3">
            {JSON.stringify(context.data.parameters, null, 2)}
          </pre>
        </details>
      )}
    </Dialog>
  );
}

type NextProps = { place: Props["place"]; text: string; onClose: () => void };

/** The same before it is sent. Nothing is recorded. */
export function NextContextInspector({ place, text, onClose }: NextProps) {
  // The address has room for so much; what is longer is counted when it is sent.
  const said = text.slice(0, LONGEST_PREVIEW);
  const context = useQuery(nextContextQuery(place.phaseId, place.stage, said));
  return (
    <Dialog
      open
      wide
      onOpenChange={onClose}
      title="What Conductor would be given"
      description={
        context.data
          ? `With your next message: ${context.data.blocks.length} blocks · about ${context.data.tokens.toLocaleString("en")} tokens. Nothing is sent yet.`
          : "Every block of the next prompt, in order, exactly as it would be sent."
      }
    >
      <ProblemNotice error={context.error} />
      {context.isPending && <Skeleton />}
      {context.data && <Blocks blocks={context.data.blocks} tokens={context.data.tokens} />}
    </Dialog>
  );
}

const LONGEST_PREVIEW = 1000;

function Blocks({ blocks, tokens }: { blocks: readonly ContextBlock[]; tokens: number }) {
  return (
    <ol className="divide-y divide-rule border-rule border-y empty:hidden">
      {blocks.map((block, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a block is its place in the prompt
        <li key={index}>
          <BlockRow block={block} share={tokens > 0 ? block.tokens / tokens : 0} />
        </li>
      ))}
    </ol>
  );
}

function BlockRow({ block, share }: { block: ContextBlock; share: number }) {
  return (
    <details className="group py-2">
      <summary className="flex list-none flex-wrap items-center gap-x-3 text-xs">
        <span aria-hidden className="text-ink-3 group-open:rotate-90">
          ›
        </span>
        <span className="font-medium">{block.kind.replaceAll("_", " ")}</span>
        <span className="min-w-0 flex-1 truncate text-ink-2">
          {block.source}
          {block.version ? ` v${block.version}` : ""}
        </span>
        <span aria-hidden className="h-1 w-16 overflow-hidden rounded-full bg-well max-sm:hidden">
          <span className="block h-full bg-accent" style={{ width: `${Math.round(share * 100)}%` }} />
        </span>
        <span className="num text-ink-3">
          {block.tokens.toLocaleString("en")} tokens · {bytes(block.bytes)}
        </span>
      </summary>
      <p className="mt-2 flex items-center gap-1 break-all font-mono text-2xs text-ink-3">
        sha256 {block.hash}
        <CopyButton text={block.text} label="Copy this block" />
      </p>
      <pre className="fine-scroll mono mt-1 max-h-72 overflow-auto whitespace-pre-wrap break-words rounded-sm bg-well p-3">
        {block.text}
      </pre>
    </details>
  );
}
