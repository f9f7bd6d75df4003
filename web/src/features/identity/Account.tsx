/** One's own account: who I am here, the theme, and a new password. */
import { useMutation } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { isProblem } from "~/api/problem";
import type { Me } from "~/api/types";
import { changePassword } from "~/api/workspace";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { readForm } from "~/lib/form";
import { rolesInWords } from "~/lib/stages";
import { Tokens } from "./Tokens";

export function Account({ me, onSignOut }: { me: Me; onSignOut: () => void }) {
  return (
    <div className="mx-auto w-full max-w-[640px] px-4 py-8 sm:px-6">
      <h2 className="font-serif text-2xl">{me.name}</h2>
      <p className="mt-0.5 text-ink-2">
        {me.email}
        {me.administrator && " · administrator"}
      </p>
      <section aria-labelledby="roles-title" className="mt-8">
        <h3 id="roles-title" className="font-medium text-base">
          Roles
        </h3>
        {me.projects.length === 0 && <p className="mt-1 text-ink-3">You are in no project yet.</p>}
        <ul className="mt-2 divide-y divide-rule border-rule border-y empty:hidden">
          {me.projects.map((project) => (
            <li key={project.project_id} className="flex gap-3 py-1.5">
              <span className="mono w-16 text-ink-3">{project.key}</span>
              <span className="flex-1">{project.name}</span>
              <span className="text-ink-2">{rolesInWords(project.roles)}</span>
            </li>
          ))}
        </ul>
      </section>
      <Tokens me={me} />
      <PasswordForm />
      <section aria-labelledby="leave-title" className="mt-10">
        <h3 id="leave-title" className="font-medium text-base">
          This browser
        </h3>
        <button type="button" className="btn mt-2" onClick={onSignOut}>
          Sign out
        </button>
      </section>
    </div>
  );
}

function PasswordForm() {
  const form = useRef<HTMLFormElement>(null);
  const [mismatch, setMismatch] = useState(false);
  const change = useMutation({
    mutationFn: ({ current, next }: { current: string; next: string }) => changePassword(current, next),
    onSuccess: () => form.current?.reset(),
  });
  const field = (name: string) => (isProblem(change.error) ? change.error.field(name) : undefined);
  return (
    <section aria-labelledby="password-title" className="mt-10">
      <h3 id="password-title" className="font-medium text-base">
        Change password
      </h3>
      <p className="mt-0.5 text-ink-3 text-xs">Your other sessions end when it changes.</p>
      <form
        ref={form}
        className="max-w-[340px]"
        onSubmit={(event) => {
          const fields = readForm(event, ["password", "new_password", "again_password"]);
          const differs = fields.new_password !== fields.again_password;
          setMismatch(differs);
          if (!differs) change.mutate({ current: fields.password, next: fields.new_password });
        }}
      >
        <Field label="Current password" error={field("current_password")}>
          {(control) => (
            <input
              {...control}
              name="password"
              type="password"
              required
              autoComplete="current-password"
              className="field"
            />
          )}
        </Field>
        <Field label="New password" hint="At least 10 characters" error={field("new_password")}>
          {(control) => (
            <input
              {...control}
              name="new_password"
              type="password"
              required
              autoComplete="new-password"
              className="field"
            />
          )}
        </Field>
        <Field label="New password again" error={mismatch ? "The two new passwords differ" : undefined}>
          {(control) => (
            <input
              {...control}
              name="again_password"
              type="password"
              required
              autoComplete="new-password"
              className="field"
            />
          )}
        </Field>
        <ProblemNotice error={change.error} fields={["current_password", "new_password"]} />
        <button type="submit" className="btn mt-4" disabled={change.isPending}>
          {change.isPending ? "Changing…" : "Change password"}
        </button>
        <p role="status" className="mt-2 text-approved text-xs">
          {change.isSuccess ? "Your password is changed." : ""}
        </p>
      </form>
    </section>
  );
}
