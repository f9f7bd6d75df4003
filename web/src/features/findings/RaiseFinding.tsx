/** Says that an approved document is wrong somewhere: whoever decides at its gate answers. */
import { Flag } from "lucide-react";
import { useState } from "react";
import type { Severity, StageView } from "~/api/types";
import { Dialog, FormActions } from "~/components/ui/Dialog";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { readForm } from "~/lib/form";
import { stageName } from "~/lib/stages";
import type { FindingMutations } from "./useFindings";

type Props = { view: StageView; mutations: FindingMutations };

export function RaiseFinding({ view, mutations }: Props) {
  const [asking, setAsking] = useState(false);
  if (!view.may.includes("raise_finding")) return null;
  return (
    <>
      <button type="button" className="btn btn-ghost" onClick={() => setAsking(true)}>
        <Flag size={13} aria-hidden />
        Raise a finding
      </button>
      {asking && <RaiseDialog view={view} mutations={mutations} onClose={() => setAsking(false)} />}
    </>
  );
}

const severityOf = (word: string): Severity => (word === "blocking" ? "blocking" : "advisory");

function RaiseDialog({ view, mutations, onClose }: Props & { onClose: () => void }) {
  const { raise } = mutations;
  const close = () => {
    raise.reset();
    onClose();
  };
  return (
    <Dialog
      open
      onOpenChange={close}
      title={`Raise a finding against ${stageName(view.stage)} v${view.approved_version ?? ""}`}
      description="For something that is wrong in what was approved. It changes nothing by itself: whoever decides at this gate accepts it, which opens the stage again, or declines it with a reason."
    >
      <form
        onSubmit={(event) => {
          const { ref, severity, text, evidence } = readForm(event, ["ref", "severity", "text", "evidence"]);
          const places = evidence.split("\n").map((line) => line.trim());
          raise.mutate(
            {
              stage: view.stage,
              ref,
              severity: severityOf(severity),
              text,
              evidence: places.filter((line) => line !== ""),
            },
            { onSuccess: close },
          );
        }}
      >
        <div className="grid gap-3 sm:grid-cols-2">
          <Field label="About">
            {(control) => (
              <input {...control} name="ref" required placeholder="R-2" className="field font-mono" />
            )}
          </Field>
          <Field label="Severity">
            {(control) => (
              <select {...control} name="severity" defaultValue="blocking" className="field">
                <option value="blocking">Blocking: it can't be built as it says</option>
                <option value="advisory">Advisory: worth a look</option>
              </select>
            )}
          </Field>
        </div>
        <Field label="What is wrong">
          {(control) => (
            <textarea {...control} name="text" rows={4} required maxLength={8000} className="field" />
          )}
        </Field>
        <Field label="Code that shows it (optional), one place a line">
          {(control) => (
            <textarea
              {...control}
              name="evidence"
              rows={2}
              placeholder="repository@commit:path#L12-L40"
              className="field font-mono text-xs"
            />
          )}
        </Field>
        <ProblemNotice error={raise.error} />
        <FormActions action="Raise finding" pending="Recording…" busy={raise.isPending} onCancel={close} />
      </form>
    </Dialog>
  );
}
