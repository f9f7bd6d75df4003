/** Asks for a reason before a decision is recorded; without a label it only asks to confirm. */
import { Dialog, DialogActions } from "~/components/ui/Dialog";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { readForm } from "~/lib/form";

type Props = {
  title: string;
  description: string;
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
        <DialogActions>
          <button type="button" className="btn" onClick={onClose}>
            Cancel
          </button>
          <button type="submit" className="btn btn-primary" disabled={busy}>
            {busy ? pending : action}
          </button>
        </DialogActions>
      </form>
    </Dialog>
  );
}
