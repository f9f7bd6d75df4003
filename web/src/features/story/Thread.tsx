/** Where a story came from: phase, versions, turn, splits and merges, and what happened to it since. */
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Story } from "~/api/stories";
import { When } from "~/components/ui/When";
import { stageName } from "~/lib/stages";
import { plural } from "~/lib/time";

export function Thread({ story, projectKey }: { story: Story; projectKey: string }) {
  const { lineage, phase } = story;
  const number = String(phase.number);
  const to = { projectKey, number };
  return (
    <aside aria-label="Thread" className="mt-8 border-rule text-sm lg:mt-0 lg:border-l lg:pl-6">
      <h3 className="font-serif text-xl">Thread</h3>
      <Fact name="Phase">
        {phase.kind === "adhoc" ? (
          <Link
            to="/p/$projectKey/backlog"
            params={{ projectKey }}
            search={{ phase: phase.number }}
            className="link"
          >
            {phase.title}
          </Link>
        ) : (
          <Link to="/p/$projectKey/phases/$number" params={to} search={{ stage: "stories" }} className="link">
            {phase.number} · {phase.title}
          </Link>
        )}
      </Fact>
      {lineage.based_on.length > 0 && (
        <Fact name="Made from">
          <ul>
            {lineage.based_on.map((base) => (
              <li key={base.stage}>
                <Link
                  to="/p/$projectKey/phases/$number"
                  params={to}
                  search={{ stage: base.stage, v: base.version }}
                  className="link"
                >
                  {stageName(base.stage)} v{base.version}
                </Link>{" "}
                <span className="mono text-2xs text-ink-3">{base.content_hash.slice(0, 8)}</span>
              </li>
            ))}
          </ul>
        </Fact>
      )}
      {lineage.turn_id && (
        <Fact name="Conversation">
          <Link
            to="/p/$projectKey/phases/$number"
            params={to}
            search={{ stage: lineage.based_on.at(-1)?.stage ?? "scoping" }}
            className="link"
          >
            Where it was talked about
          </Link>
        </Fact>
      )}
      {lineage.proposal_id && phase.kind !== "adhoc" && (
        <Fact name="Proposal">
          <Link
            to="/p/$projectKey/phases/$number"
            params={to}
            search={{ stage: "stories", story: lineage.proposal_id }}
            className="link"
          >
            In the review
          </Link>
          {lineage.split_from && <span className="text-ink-2"> · part of a split</span>}
          {lineage.merged_from.length > 0 && (
            <span className="text-ink-2"> · merged of {plural(lineage.merged_from.length, "proposal")}</span>
          )}
        </Fact>
      )}
      {story.request && (
        <Fact name="As asked for">
          <blockquote className="whitespace-pre-wrap break-words border-rule border-l-2 pl-2.5 text-ink-2">
            {story.request}
          </blockquote>
        </Fact>
      )}
      <Fact name="In the backlog since">
        <When at={story.created_at} /> · {story.created_by.name}
      </Fact>
      {story.closing_reason && (
        <Fact name="Closed because">
          <p className="whitespace-pre-wrap break-words">{story.closing_reason}</p>
        </Fact>
      )}
      {lineage.history.length > 0 && (
        <Fact name="History">
          <ol className="mt-1 flex flex-col gap-1.5 border-rule border-l pl-3">
            {lineage.history.map(({ at, text }) => (
              <li key={at + text} className="break-words text-xs">
                {text} <When at={at} className="text-2xs text-ink-3" />
              </li>
            ))}
          </ol>
        </Fact>
      )}
    </aside>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="mt-3">
      <h4 className="eyebrow">{name}</h4>
      <div className="mt-0.5">{children}</div>
    </div>
  );
}
