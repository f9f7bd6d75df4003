/** Sign-in: e-mail and password, and in the demo workspace its four people, one click each. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { LogIn } from "lucide-react";
import { sessionOptionsQuery } from "~/api/queries";
import type { DemoPerson, Me } from "~/api/types";
import { signIn } from "~/api/workspace";
import { useTabTitle } from "~/components/ui/Crumbs";
import { Face } from "~/components/ui/Face";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { readForm } from "~/lib/form";
import { ROLE_DOES, ROLE_WORD } from "~/lib/stages";
import { Card } from "./Card";

export function SignIn({ onSignedIn }: { onSignedIn: (me: Me) => void }) {
  useTabTitle("Sign in");
  const options = useQuery(sessionOptionsQuery);
  const enter = useMutation({
    mutationFn: ({ email, password }: { email: string; password: string }) => signIn(email, password),
    onSuccess: onSignedIn,
  });
  const demo = options.data?.demo ?? [];
  return (
    <Card
      title="Sign in"
      lead="Plan in conversation. Every decision on record."
      foot={options.data?.conductor.label}
    >
      {demo.length > 0 && (
        <DemoPeople people={demo} busy={enter.isPending} onPick={(person) => enter.mutate(person)} />
      )}
      <form onSubmit={(event) => enter.mutate(readForm(event, ["email", "password"]))}>
        <Field label="E-mail" className="mt-4">
          {(control) => (
            <input
              {...control}
              name="email"
              type="email"
              autoComplete="username"
              required
              className="field h-9"
            />
          )}
        </Field>
        <Field label="Password">
          {(control) => (
            <input
              {...control}
              name="password"
              type="password"
              autoComplete="current-password"
              required
              className="field h-9"
            />
          )}
        </Field>
        <ProblemNotice error={enter.error} />
        <button type="submit" className="btn btn-primary btn-lg mt-5 w-full" disabled={enter.isPending}>
          <LogIn size={15} aria-hidden />
          {enter.isPending ? "Signing in…" : "Sign in"}
        </button>
      </form>
    </Card>
  );
}

type DemoProps = { people: DemoPerson[]; busy: boolean; onPick: (person: DemoPerson) => void };

function DemoPeople({ people, busy, onPick }: DemoProps) {
  return (
    <section aria-labelledby="demo-title" className="mt-5">
      <h2 id="demo-title" className="eyebrow">
        Demo workspace: step in as
      </h2>
      <ul className="mt-1.5 divide-y divide-rule border-rule border-y">
        {people.map((person) => (
          <li key={person.email}>
            <button
              type="button"
              disabled={busy}
              onClick={() => onPick(person)}
              className="flex w-full items-center gap-3 py-2 text-left hover:bg-well"
            >
              <Face name={person.name} />
              <span className="min-w-0 flex-1">
                <span className="block font-medium">
                  <span className="sr-only">Sign in as </span>
                  {person.name}
                </span>
                <span className="block text-2xs text-ink-3">{ROLE_DOES[person.role]}</span>
              </span>
              <span className="pr-1 font-medium text-accent text-xs">{ROLE_WORD[person.role]}</span>
            </button>
          </li>
        ))}
      </ul>
      <p className="mt-4 text-center text-2xs text-ink-3">or with your own account</p>
    </section>
  );
}
