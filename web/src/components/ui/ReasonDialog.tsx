/** Asks for a reason before a decision is recorded; without a label it only asks to confirm. */

import type { ReactNode } from "react";
import { readForm } from "~/lib/form";
import { Dialog, FormActions } from "./Dialog";
import { Field } from "./Field";
import { ProblemNotice } from "./Notice";

type Props = {
  title: string;
  description: ReactNode;
  label?: string;
  action: string;
  pending: string;
  error: unknown;
  busy: boolean;
  onClose: () => void;
  onSubmit: (reason: string) => void;
};

export function ReasonDialog({
  title,
  description,
  label,
  action,
  pending,
  error,
  busy,
  onClose,
  onSubmit,
}: Props) {
  return (
    <Dialog open onOpenChange={onClose} title={title} description={description}>
      <form onSubmit={(event) => onSubmit(readForm(event, ["reason"]).reason)}>
        {label && (
          <Field label={label}>
            {(control) => (
              <textarea {...control} name="reason" rows={4} required maxLength={8000} className="field" />
            )}
          </Field>
        )}
        <ProblemNotice error={error} />
        <FormActions action={action} pending={pending} busy={busy} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
