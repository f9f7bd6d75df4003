/** The approval policy: who may approve each stage, how many different people must, and whether an author may. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { TriangleAlert } from "lucide-react";
import { useState } from "react";
import { changeApprovalPolicy } from "~/api/policy";
import { approvalPolicyQuery, keys } from "~/api/queries";
import type { ApprovalPolicyPage, NewStagePolicy, Project, Role, Stage, StagePolicy } from "~/api/types";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { ROLE_WORD, rolesInWords, stageName } from "~/lib/stages";
import { plural } from "~/lib/time";
import { Section } from "./Section";

export function PolicySection({ project, mayChange }: { project: Project; mayChange: boolean }) {
  const policy = useQuery(approvalPolicyQuery(project.id));
  const [editing, setEditing] = useState(false);
  return (
    <Section
      id="policy"
      title="Approval policy"
      lead={`Version ${policy.data?.version ?? project.approval_policy.version}. A review keeps the version that was in force when it started.`}
    >
      <ProblemNotice error={policy.error} />
      {policy.isPending && <Skeleton lines={3} className="mt-4" />}
      {policy.data && (
        <>
          {editing ? (
            <PolicyForm project={project} policy={policy.data} onDone={() => setEditing(false)} />
          ) : (
            <>
              <PolicyTable stages={policy.data.stages} />
              {mayChange && (
                <button type="button" className="btn mt-3" onClick={() => setEditing(true)}>
                  Change policy
                </button>
              )}
            </>
          )}
          <Warnings policy={policy.data} />
          <OlderReviews project={project} policy={policy.data} />
        </>
      )}
    </Section>
  );
}

const HEAD = ["Stage", "Who may approve", "How many", "Its author too"];

function Head() {
  return (
    <thead>
      <tr className="border-rule border-b text-ink-3 text-xs">
        {HEAD.map((title) => (
          <th key={title} className="py-2 pr-3 font-medium">
            {title}
          </th>
        ))}
      </tr>
    </thead>
  );
}

function PolicyTable({ stages }: { stages: StagePolicy[] }) {
  return (
    <div className="relative mt-3 overflow-x-auto">
      <table className="w-full text-left align-top max-sm:text-xs">
        <Head />
        <tbody>
          {stages.map((stage) => (
            <tr key={stage.stage} className="border-rule border-b">
              <td className="py-2 pr-3 font-medium">{stageName(stage.stage)}</td>
              <td className="py-2 pr-3">{rolesInWords(stage.roles)}</td>
              <td className="num py-2 pr-3">{plural(stage.required_approvals, "person", "people")}</td>
              <td className="py-2">{stage.author_may_approve ? "Yes" : "No (four eyes)"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What the matrix of roles gives: a policy can only take away from it. */
const MAY_APPROVE: Partial<Record<Stage, Role[]>> = {
  requirements: ["sdm"],
  technical_analysis: ["sdm", "architect"],
  architecture: ["sdm", "architect"],
};

type FormProps = { project: Project; policy: ApprovalPolicyPage; onDone: () => void };

function PolicyForm({ project, policy, onDone }: FormProps) {
  const client = useQueryClient();
  const [stages, setStages] = useState<NewStagePolicy[]>(policy.stages);
  const save = useMutation({
    mutationFn: () => changeApprovalPolicy(project, stages),
    onSuccess: async (page) => {
      client.setQueryData(keys.approvalPolicy(project.id), page);
      await client.invalidateQueries({ queryKey: keys.project(project.id) });
      onDone();
    },
    onError: () => void client.invalidateQueries({ queryKey: keys.project(project.id), exact: true }),
  });
  const change = (stage: Stage, part: Partial<NewStagePolicy>) =>
    setStages((before) => before.map((known) => (known.stage === stage ? { ...known, ...part } : known)));
  return (
    <form
      className="mt-3"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <div className="relative overflow-x-auto">
        <table className="w-full text-left align-top max-sm:text-xs">
          <Head />
          <tbody>
            {stages.map((policy) => (
              <StageRow key={policy.stage} policy={policy} onChange={(part) => change(policy.stage, part)} />
            ))}
          </tbody>
        </table>
      </div>
      <ProblemNotice error={save.error} />
      <div className="mt-3 flex gap-2">
        <button type="submit" className="btn btn-primary" disabled={save.isPending}>
          {save.isPending ? "Saving…" : "Save policy"}
        </button>
        <button type="button" className="btn" onClick={onDone}>
          Cancel
        </button>
      </div>
    </form>
  );
}

type RowProps = { policy: NewStagePolicy; onChange: (part: Partial<NewStagePolicy>) => void };

function StageRow({ policy, onChange }: RowProps) {
  const name = stageName(policy.stage);
  const roles = MAY_APPROVE[policy.stage] ?? [];
  const toggle = (role: Role) =>
    onChange({
      roles: policy.roles.includes(role)
        ? policy.roles.filter((held) => held !== role)
        : [...policy.roles, role],
    });
  return (
    <tr className="border-rule border-b">
      <td className="py-2 pr-3 font-medium">{name}</td>
      <td className="py-2 pr-3">
        <span className="flex flex-wrap gap-x-3 gap-y-1">
          {roles.map((role) => (
            <label key={role} className="flex items-center gap-1.5">
              <input
                type="checkbox"
                className="size-4 accent-accent"
                checked={policy.roles.includes(role)}
                onChange={() => toggle(role)}
                aria-label={`${name}: ${ROLE_WORD[role]} may approve`}
              />
              {ROLE_WORD[role]}
            </label>
          ))}
        </span>
      </td>
      <td className="py-2 pr-3">
        <input
          type="number"
          min={1}
          max={20}
          required
          value={policy.required_approvals}
          onChange={(event) => onChange({ required_approvals: event.target.valueAsNumber || 1 })}
          aria-label={`${name}: how many different people`}
          className="field num w-16"
        />
      </td>
      <td className="py-2">
        <label className="flex items-center gap-1.5">
          <input
            type="checkbox"
            className="size-4 accent-accent"
            checked={policy.author_may_approve}
            onChange={() => onChange({ author_may_approve: !policy.author_may_approve })}
            aria-label={`${name}: an author may approve`}
          />
          <span aria-hidden>{policy.author_may_approve ? "Yes" : "No (four eyes)"}</span>
        </label>
      </td>
    </tr>
  );
}

function Warnings({ policy }: { policy: ApprovalPolicyPage }) {
  if (policy.warnings.length === 0) return null;
  return (
    <ul aria-label="Warnings" className="mt-3 flex flex-col gap-1.5">
      {policy.warnings.map((warning) => (
        <li key={warning.stage} className="flex gap-2 rounded-sm bg-review-soft px-3 py-2 text-ink text-xs">
          <TriangleAlert size={14} className="mt-0.5 shrink-0 text-review" aria-hidden />
          <span>{warning.text} Give somebody the role, or ask for less.</span>
        </li>
      ))}
    </ul>
  );
}

function OlderReviews({ project, policy }: { project: Project; policy: ApprovalPolicyPage }) {
  const reviews = policy.older_reviews;
  if (reviews.length === 0) return null;
  return (
    <div className="mt-4 text-xs">
      <p className="text-ink-2">
        {plural(reviews.length, "review keeps", "reviews keep")} an older policy until somebody restarts{" "}
        {reviews.length === 1 ? "it" : "them"}:
      </p>
      <ul aria-label="Reviews under an older policy" className="mt-1 flex flex-col gap-1">
        {reviews.map((review) => (
          <li key={`${review.phase_id}.${review.stage}`}>
            <Link
              to="/p/$projectKey/phases/$number"
              params={{ projectKey: project.key, number: String(review.number) }}
              search={{ stage: review.stage }}
              className="link"
            >
              {review.title}: {stageName(review.stage)}
            </Link>{" "}
            <span className="text-ink-3">keeps v{review.policy_version}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
