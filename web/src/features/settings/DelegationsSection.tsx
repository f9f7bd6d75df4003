/** Delegations: who looks after whose change requests while somebody is away. It gives nobody a right or a second voice. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { delegateRole, endDelegation } from "~/api/policy";
import { delegationsQuery, keys } from "~/api/queries";
import type { Delegation, Me, Project, Role } from "~/api/types";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { ROLE_WORD } from "~/lib/stages";
import { date } from "~/lib/time";
import { Section } from "./Section";

const DELEGABLE: Role[] = ["sdm", "architect"];

const STATE: Record<Delegation["state"], string> = {
  coming: "begins later",
  running: "running",
  suspended: "on hold: one of them does not hold the role now",
  over: "over",
  ended: "ended",
};

export function DelegationsSection({ project, me }: { project: Project; me: Me }) {
  const client = useQueryClient();
  const delegations = useQuery(delegationsQuery(project.id));
  const settle = {
    onSuccess: () => client.invalidateQueries({ queryKey: keys.delegations(project.id) }),
  };
  const end = useMutation({ mutationFn: (id: string) => endDelegation(project.id, id), ...settle });
  const mine = DELEGABLE.filter((role) => project.roles.includes(role));
  const shown = (delegations.data ?? []).toSorted((a, b) => Number(isPast(a)) - Number(isPast(b)));
  return (
    <Section
      id="delegations"
      title="Delegations"
      lead="While you are away, a colleague with the same role can take back your change requests. They approve only in their own name, and can't pass it on."
    >
      <ProblemNotice error={delegations.error ?? end.error} />
      <ul className="mt-3" aria-label="Delegations">
        {shown.map((delegation) => (
          <li
            key={delegation.id}
            className={`flex flex-wrap items-baseline gap-x-3 gap-y-1 border-rule border-b py-2 text-xs ${isPast(delegation) ? "text-ink-3" : ""}`}
          >
            <span className="min-w-0 flex-1">
              <b className="font-medium text-sm">{delegation.delegate.name}</b> for{" "}
              <b className="font-medium text-sm">{delegation.delegator.name}</b> as{" "}
              {ROLE_WORD[delegation.role]}
              <span className="num block text-ink-3">
                {date(delegation.from)} to {date(delegation.until)} · {STATE[delegation.state]}
              </span>
            </span>
            {delegation.may_end && (
              <button
                type="button"
                className="btn"
                disabled={end.isPending}
                onClick={() => end.mutate(delegation.id)}
                aria-label={`End the delegation of ${delegation.delegator.name} to ${delegation.delegate.name}`}
              >
                End
              </button>
            )}
          </li>
        ))}
      </ul>
      {delegations.data?.length === 0 && <p className="text-ink-3 text-xs">Nobody has delegated a role.</p>}
      {mine.length > 0 && <Delegate project={project} me={me} roles={mine} />}
    </Section>
  );
}

const isPast = ({ state }: Delegation): boolean => state === "over" || state === "ended";

/** A fortnight from today, as a date field writes it. */
const inAFortnight = (): string => new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10);

function Delegate({ project, me, roles }: { project: Project; me: Me; roles: Role[] }) {
  const client = useQueryClient();
  const [role, setRole] = useState<Role>(roles[0] ?? "sdm");
  const [delegate, setDelegate] = useState("");
  const [until, setUntil] = useState(inAFortnight);
  const colleagues = project.members.filter(
    (member) => member.user_id !== me.user_id && member.roles.includes(role),
  );
  const chosen = colleagues.some((member) => member.user_id === delegate)
    ? delegate
    : (colleagues[0]?.user_id ?? "");
  const save = useMutation({
    // The last day counts: it runs until that day is over.
    mutationFn: () => delegateRole(project.id, { delegate: chosen, role, until: `${until}T23:59:59Z` }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.delegations(project.id) }),
  });
  if (colleagues.length === 0 && roles.length === 1) {
    return (
      <p className="mt-3 text-ink-3 text-xs">
        Nobody else here is {ROLE_WORD[role]}, so there is nobody to delegate to.
      </p>
    );
  }
  return (
    <form
      className="mt-4 grid max-w-[640px] items-end gap-3 sm:grid-cols-[1fr_130px_150px_auto]"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <Field label="Delegate to" className="">
        {(control) => (
          <select
            {...control}
            value={chosen}
            onChange={(event) => setDelegate(event.target.value)}
            className="field"
          >
            {colleagues.map((member) => (
              <option key={member.user_id} value={member.user_id}>
                {member.name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="my role as" className="">
        {(control) => (
          <select
            {...control}
            value={role}
            onChange={(event) => setRole(roles.find((known) => known === event.target.value) ?? role)}
            className="field"
          >
            {roles.map((known) => (
              <option key={known} value={known}>
                {ROLE_WORD[known]}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label="until" className="">
        {(control) => (
          <input
            {...control}
            type="date"
            required
            value={until}
            onChange={(event) => setUntil(event.target.value)}
            className="field"
          />
        )}
      </Field>
      <button type="submit" className="btn btn-primary h-8" disabled={save.isPending || chosen === ""}>
        {save.isPending ? "Saving…" : "Delegate"}
      </button>
      <div className="sm:col-span-4 empty:hidden">
        <ProblemNotice error={save.error} />
      </div>
    </form>
  );
}
