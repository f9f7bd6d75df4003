/**
 * One id traced through the phase: what it says, where documents name it, which stories are for it. Each place is a
 * link, and each id in it leads on.
 */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { traceabilityQuery } from "~/api/queries";
import type { Phase, Stage, TracedId } from "~/api/types";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { stageName } from "~/lib/stages";

type Props = {
  phase: Phase;
  id: string;
  /** The stage one is reading: its own assumptions and questions come first. */
  stage: Stage;
  onClose: () => void;
};

export function TracePanel({ phase, id, stage, onClose }: Props) {
  const trace = useQuery(traceabilityQuery(phase.id));
  const panel = useRef<HTMLElement>(null);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new id is a new panel to be read
  useEffect(() => panel.current?.focus(), [id]);
  const items = trace.data?.items.filter((item) => item.id === id) ?? [];
  const item = items.find((one) => one.stage === stage) ?? items[0];
  return (
    <section
      ref={panel}
      tabIndex={-1}
      aria-label={`Trace of ${id}`}
      onKeyDown={(event) => event.key === "Escape" && onClose()}
      className="fine-scroll max-h-[38vh] shrink-0 overflow-y-auto border-rule border-t bg-paper px-4 py-3 outline-none"
    >
      <div className="flex items-start gap-3">
        <h2 className="min-w-0 flex-1">
          <span className="mr-2 font-medium font-mono text-xs">{id}</span>
          <span className="font-serif text-lg">{item?.title}</span>
        </h2>
        <button
          type="button"
          className="btn btn-ghost btn-icon -mt-1"
          aria-label="Close the trace"
          onClick={onClose}
        >
          <X size={15} aria-hidden />
        </button>
      </div>
      <ProblemNotice error={trace.error} />
      {trace.isPending && <Skeleton lines={3} />}
      {trace.data && !item && (
        <p className="text-ink-2 text-xs">
          No document of this phase defines {id}; it may be of another phase, or gone.
        </p>
      )}
      {item && <Traced phase={phase} item={item} />}
    </section>
  );
}

function Traced({ phase, item }: { phase: Phase; item: TracedId }) {
  const place = { projectKey: phase.project_key, number: String(phase.number) };
  return (
    <div className="@container text-xs">
      {item.text && item.text !== item.title && <p className="mt-1 max-w-prose text-ink-2">{item.text}</p>}
      <p className="mt-1 text-ink-3">
        Defined in{" "}
        <Link
          to="/p/$projectKey/phases/$number"
          params={place}
          search={{ stage: item.stage, v: item.version, id: item.id }}
          className="link"
        >
          {stageName(item.stage)} v{item.version}
        </Link>
        {item.section ? `, under ${item.section}` : ""}
      </p>
      <div className="mt-3 grid gap-x-8 gap-y-3 @2xl:grid-cols-2">
        <div>
          <h3 className="eyebrow mb-1">Named by</h3>
          {item.named_in.length === 0 ? (
            <p className="text-ink-2">No document names it.</p>
          ) : (
            <ul className="flex flex-col gap-0.5">
              {item.named_in.map((named, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: a place is its order of reading
                <li key={index}>
                  <Link
                    to="/p/$projectKey/phases/$number"
                    params={place}
                    search={{ stage: named.stage, v: named.version, id: named.id ?? item.id }}
                    className="link"
                  >
                    {named.id
                      ? `${named.id} ${named.title ?? ""}`
                      : named.section || "Before the first heading"}
                  </Link>{" "}
                  <span className="text-ink-3">
                    {stageName(named.stage)} v{named.version}
                  </span>
                </li>
              ))}
            </ul>
          )}
        </div>
        <div>
          <h3 className="eyebrow mb-1">Stories</h3>
          {item.stories.length === 0 ? (
            <p className="text-ink-2">No story is for it yet.</p>
          ) : (
            <ul className="flex flex-col gap-0.5">
              {item.stories.map((story) => (
                <li key={story.proposal_id}>
                  {story.story_id ? (
                    <Link
                      to="/p/$projectKey/stories/$storyId"
                      params={{ projectKey: phase.project_key, storyId: story.story_id }}
                      className="link"
                    >
                      {story.story_key} {story.title}
                    </Link>
                  ) : (
                    <Link
                      to="/p/$projectKey/phases/$number"
                      params={place}
                      search={{ stage: "stories", story: story.proposal_id }}
                      className="link"
                    >
                      {story.title}
                    </Link>
                  )}{" "}
                  <span className="text-ink-3">{story.status}</span>
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </div>
  );
}
