/** A new user: the administrator hands over the first password. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { isProblem } from "~/api/problem";
import { keys } from "~/api/queries";
import { createUser } from "~/api/workspace";
import { Dialog, FormActions } from "~/components/ui/Dialog";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { readForm } from "~/lib/form";

export function NewUserDialog({ onClose }: { onClose: () => void }) {
  const client = useQueryClient();
  const create = useMutation({
    mutationFn: createUser,
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.users });
      onClose();
    },
  });
  const field = (name: string) => (isProblem(create.error) ? create.error.field(name) : undefined);
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="New user"
      description="They can change the password after their first sign-in."
    >
      <form
        onSubmit={(event) => {
          const administrator = new FormData(event.currentTarget).has("administrator");
          create.mutate({ ...readForm(event, ["name", "email", "password"]), administrator });
        }}
      >
        <Field label="Name" error={field("name")} className="">
          {(control) => <input {...control} name="name" required autoComplete="off" className="field" />}
        </Field>
        <Field label="E-mail" error={field("email")}>
          {(control) => (
            <input {...control} name="email" type="email" required autoComplete="off" className="field" />
          )}
        </Field>
        <Field label="First password" error={field("password")}>
          {(control) => (
            <input
              {...control}
              name="password"
              type="password"
              required
              autoComplete="new-password"
              className="field"
            />
          )}
        </Field>
        <label className="mt-4 flex items-center gap-2">
          <input type="checkbox" name="administrator" className="size-4 accent-accent" />
          Administrator of the workspace
        </label>
        <ProblemNotice error={create.error} fields={["name", "email", "password"]} />
        <FormActions action="Create user" pending="Creating…" busy={create.isPending} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
