/** First run: the first administrator, made with the one-time code that the server printed. */
import { useMutation } from "@tanstack/react-query";
import { isProblem } from "~/api/problem";
import type { Me } from "~/api/types";
import { setUp } from "~/api/workspace";
import { useTabTitle } from "~/components/ui/Crumbs";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { readForm } from "~/lib/form";
import { Card } from "./Card";

export function Setup({ onDone }: { onDone: (me: Me) => void }) {
  useTabTitle("Set up");
  const create = useMutation({ mutationFn: setUp, onSuccess: onDone });
  const field = (name: string) => (isProblem(create.error) ? create.error.field(name) : undefined);
  return (
    <Card
      title="Set up this workspace"
      lead="You are the first person here, so you become its administrator."
      foot="Self-hosted. Nothing leaves this machine unless you configure a model."
    >
      <form onSubmit={(event) => create.mutate(readForm(event, ["code", "name", "email", "password"]))}>
        <Field
          label="Set-up code"
          className="mt-5"
          hint="Printed on the console where Konductro was started"
          error={field("code")}
        >
          {(control) => (
            <input
              {...control}
              name="code"
              required
              autoComplete="off"
              spellCheck={false}
              className="field h-9 font-mono"
            />
          )}
        </Field>
        <Field label="Your name" error={field("name")}>
          {(control) => <input {...control} name="name" required autoComplete="name" className="field h-9" />}
        </Field>
        <Field label="E-mail" error={field("email")}>
          {(control) => (
            <input
              {...control}
              name="email"
              type="email"
              required
              autoComplete="username"
              className="field h-9"
            />
          )}
        </Field>
        <Field label="Password" hint="At least 10 characters" error={field("password")}>
          {(control) => (
            <input
              {...control}
              name="password"
              type="password"
              required
              autoComplete="new-password"
              className="field h-9"
            />
          )}
        </Field>
        <ProblemNotice error={create.error} fields={["code", "name", "email", "password"]} />
        <button type="submit" className="btn btn-primary btn-lg mt-5 w-full" disabled={create.isPending}>
          {create.isPending ? "Setting up…" : "Create administrator"}
        </button>
      </form>
    </Card>
  );
}
