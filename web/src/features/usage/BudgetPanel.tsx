/** The month's budget: what is used of it, what is left, and, for an SDM, what it is. */
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { type Budget, budgetQuery, setBudget } from "~/api/budget";
import { keys } from "~/api/queries";
import type { Project } from "~/api/types";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { money } from "./words";

export function BudgetPanel({ project, maySet }: { project: Project; maySet: boolean }) {
  const budget = useQuery(budgetQuery(project.id));
  const [editing, setEditing] = useState(false);
  if (!budget.data) return <ProblemNotice error={budget.error} />;
  return (
    <section className="panel mt-4 p-4" aria-label="Budget">
      <div className="flex flex-wrap items-baseline gap-x-3 gap-y-1">
        <h2 className="font-medium text-sm">Budget of {budget.data.month}</h2>
        <p className="min-w-0 flex-1 text-ink-2 text-sm">{inWords(budget.data)}</p>
        {maySet && !editing && (
          <button type="button" className="btn" onClick={() => setEditing(true)}>
            {budget.data.monthly_micros === null ? "Set a budget" : "Change"}
          </button>
        )}
      </div>
      <Meter budget={budget.data} />
      {editing && (
        <BudgetForm
          project={project}
          monthlyMicros={budget.data.monthly_micros ?? null}
          onClose={() => setEditing(false)}
        />
      )}
    </section>
  );
}

function inWords(budget: Budget): string {
  const used = money(budget.spent_micros);
  const held = budget.held_micros > 0 ? `, ${money(budget.held_micros)} held for replies being written` : "";
  if (typeof budget.monthly_micros !== "number") return `${used} used${held}; there is no bound.`;
  return `${used} of ${money(budget.monthly_micros)} used${held}; ${money(budget.left_micros ?? 0)} left.`;
}

function Meter({ budget }: { budget: Budget }) {
  if (typeof budget.monthly_micros !== "number" || budget.monthly_micros === 0) return null;
  const part = (micros: number) => Math.min(100, (100 * micros) / (budget.monthly_micros ?? 1));
  const spent = part(budget.spent_micros);
  return (
    <svg
      viewBox="0 0 100 1"
      preserveAspectRatio="none"
      aria-hidden
      className="mt-2 h-1.5 w-full overflow-hidden rounded-full bg-well"
    >
      <rect width={spent} height="1" className="fill-accent" />
      <rect
        x={spent}
        width={Math.min(100 - spent, part(budget.held_micros))}
        height="1"
        className="fill-draft"
      />
    </svg>
  );
}

type FormProps = { project: Project; monthlyMicros: number | null; onClose: () => void };

function BudgetForm({ project, monthlyMicros, onClose }: FormProps) {
  const client = useQueryClient();
  const [amount, setAmount] = useState(monthlyMicros === null ? "" : String(monthlyMicros / 1_000_000));
  const units = amount.trim() === "" ? null : Number(amount.replace(",", "."));
  const wrong = units !== null && !(units >= 0 && units <= 1_000_000_000);
  const save = useMutation({
    mutationFn: () => setBudget(project, units === null ? null : Math.round(units * 1_000_000)),
    onSuccess: async () => {
      await Promise.all([
        client.invalidateQueries({ queryKey: keys.project(project.id) }),
        client.invalidateQueries({ queryKey: keys.usage(project.id) }),
      ]);
      onClose();
    },
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    if (!wrong && !save.isPending) save.mutate();
  };
  return (
    <form onSubmit={submit} className="mt-2 border-rule border-t">
      <Field
        label="What Conductor may cost in a month"
        hint="In the currency of the price table. A reply that it does not reach for is not begun, and says so. Empty: no bound."
        error={wrong ? "an amount such as 250 or 12.50" : undefined}
      >
        {(control) => (
          <input
            {...control}
            inputMode="decimal"
            className="field w-40"
            value={amount}
            onChange={(event) => setAmount(event.target.value)}
          />
        )}
      </Field>
      <ProblemNotice error={save.error} />
      <div className="mt-3 flex gap-2">
        <button type="submit" className="btn btn-primary" disabled={wrong || save.isPending}>
          {save.isPending ? "Saving…" : "Save budget"}
        </button>
        <button type="button" className="btn" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  );
}
