/** What Conductor consumed in a project: in all, day by day, and by phase, stage, kind of work and model. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Project } from "~/api/types";
import { type ProjectUsage, type UsageFigures, usageQuery } from "~/api/usage";
import { EmptyState, ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { stageName } from "~/lib/stages";
import { plural } from "~/lib/time";
import { BudgetPanel } from "./BudgetPanel";
import { DayChart } from "./DayChart";
import { bars, type Days, PERIODS, period } from "./days";
import { cost, firstToken, reported, share, tokens, UNKNOWN } from "./words";

type Props = { project: Project; days: Days; onDays: (days: Days) => void };

export function UsagePage({ project, days, onDays }: Props) {
  const { from, to } = period(days);
  const usage = useQuery(usageQuery(project.id, from, to));
  return (
    <div className="fine-scroll h-full overflow-y-auto">
      <div className="mx-auto max-w-6xl px-4 py-5 sm:px-6">
        <fieldset className="flex w-fit overflow-hidden rounded-sm border border-rule-2/60">
          <legend className="sr-only">Period</legend>
          {PERIODS.map((choice) => (
            <button
              key={choice}
              type="button"
              aria-pressed={choice === days}
              onClick={() => onDays(choice)}
              className="h-7 px-3 text-sm outline-offset-[-3px] hover:bg-well aria-pressed:bg-accent-soft aria-pressed:font-medium"
            >
              {choice} days
            </button>
          ))}
        </fieldset>
        <BudgetPanel project={project} maySet={project.roles.includes("sdm")} />
        <ProblemNotice error={usage.error} />
        {usage.isPending && <Skeleton lines={8} className="mt-6" />}
        {usage.data && <Shown project={project} usage={usage.data} />}
      </div>
    </div>
  );
}

function Shown({ project, usage }: { project: Project; usage: ProjectUsage }) {
  if (usage.total.attempts === 0) {
    return (
      <EmptyState title="Nothing was used in this time">
        Each reply of Conductor is counted here once it has ended: tokens, what came from the cache, cost.
      </EmptyState>
    );
  }
  return (
    <>
      <Totals total={usage.total} />
      {reported(usage.total) ? (
        <DayChart bars={bars(usage.from, usage.to, usage.days)} />
      ) : (
        <p className="panel mt-4 p-4 text-ink-2 text-sm">
          No endpoint reported tokens in this time. Guided mode uses none; some servers report them only when
          asked to.
        </p>
      )}
      <Section title="By phase" first="Phase">
        {usage.phases.map((phase) => (
          <Row key={phase.phase_id} figures={phase}>
            <Link
              to="/p/$projectKey/phases/$number"
              params={{ projectKey: project.key, number: String(phase.number) }}
              className="link"
            >
              <span className="mono">
                {project.key} · {phase.number}
              </span>{" "}
              {phase.title}
            </Link>
          </Row>
        ))}
      </Section>
      <Section title="By stage" first="Stage">
        {usage.stages.map((stage) => (
          <Row key={stage.stage} figures={stage}>
            {stageName(stage.stage)}
          </Row>
        ))}
      </Section>
      <Section title="By kind of work" first="Work">
        {usage.purposes.map((part) => (
          <Row key={part.purpose} figures={part}>
            {PURPOSES[part.purpose]}
          </Row>
        ))}
      </Section>
      <Section title="By model" first="Model">
        {usage.models.map((model) => (
          <Row key={`${model.adapter}/${model.model}`} figures={model}>
            {model.adapter === "guided" ? (
              "Guided mode (no model)"
            ) : (
              <span className="mono">{model.model}</span>
            )}
          </Row>
        ))}
      </Section>
    </>
  );
}

const PURPOSES: Record<ProjectUsage["purposes"][number]["purpose"], string> = {
  converse: "Replies in conversations",
  propose_stories: "Proposing stories",
  refine_story: "Refining one-off stories",
  enrich_story: "Enriching stories",
};

function Totals({ total }: { total: UsageFigures }) {
  const known = reported(total);
  const unpriced = total.unpriced > 0 && total.unpriced < total.attempts;
  return (
    <dl className="panel mt-4 grid grid-cols-2 divide-rule max-md:divide-y md:grid-cols-5 md:divide-x">
      <Figure name="Cost" value={cost(total)}>
        {unpriced ? `${total.unpriced} of ${plural(total.attempts, "attempt")} have no price` : null}
      </Figure>
      <Figure name="From the cache" value={share(total.cached_share)} />
      <Figure
        name="Tokens in / out"
        value={known ? `${tokens(total.prompt_tokens)} / ${tokens(total.completion_tokens)}` : UNKNOWN}
      >
        {known && total.unreported > 0 ? `${plural(total.unreported, "attempt")} not reported` : null}
      </Figure>
      <Figure name="First token, median" value={firstToken(total)} />
      <Figure name="Attempts" value={total.attempts.toLocaleString("en")}>
        {total.failed > 0 ? `${total.failed.toLocaleString("en")} failed` : null}
      </Figure>
    </dl>
  );
}

function Figure({ name, value, children }: { name: string; value: string; children?: ReactNode }) {
  return (
    <div className="px-4 py-3">
      <dt className="eyebrow">{name}</dt>
      <dd className="num mt-0.5 text-xl">{value}</dd>
      {children && <dd className="text-2xs text-ink-3">{children}</dd>}
    </div>
  );
}

function Section({ title, first, children }: { title: string; first: string; children: ReactNode }) {
  return (
    <section className="panel mt-4 overflow-x-auto p-4" aria-label={title} tabIndex={0}>
      <h2 className="mb-1 font-medium text-sm">{title}</h2>
      <table className="w-full min-w-[36rem] text-left text-sm">
        <thead className="text-ink-3 text-xs">
          <tr>
            {[first, "Attempts", "In", "Out", "From the cache", "First token", "Cost"].map((name) => (
              <th key={name} scope="col" className="py-1.5 pr-4 font-medium">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

function Row({ figures, children }: { figures: UsageFigures; children: ReactNode }) {
  const known = reported(figures);
  return (
    <tr className="border-rule border-t">
      <th scope="row" className="max-w-80 truncate py-1.5 pr-4 font-normal">
        {children}
      </th>
      <td className="num pr-4">{figures.attempts.toLocaleString("en")}</td>
      <td className="num pr-4">{known ? tokens(figures.prompt_tokens) : "–"}</td>
      <td className="num pr-4">{known ? tokens(figures.completion_tokens) : "–"}</td>
      <td className="pr-4">
        <CacheBar value={figures.cached_share} />
      </td>
      <td className="num pr-4">{typeof figures.ttft_ms_p50 === "number" ? firstToken(figures) : "–"}</td>
      <td className="num">{figures.unpriced === figures.attempts ? "–" : cost(figures)}</td>
    </tr>
  );
}

function CacheBar({ value }: { value: number | null | undefined }) {
  if (typeof value !== "number") return <span aria-hidden>–</span>;
  return (
    <span className="inline-flex items-center gap-2">
      <svg width="72" height="5" aria-hidden className="overflow-hidden rounded-full bg-well">
        <rect width={72 * value} height="5" className="fill-accent" />
      </svg>
      <span className="num">{share(value)}</span>
    </span>
  );
}
