/** A new API token: what for, in which project, how long; then its secret, once. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { isProblem } from "~/api/problem";
import { keys } from "~/api/queries";
import { issueToken } from "~/api/tokens";
import type { IssuedToken, Me } from "~/api/types";
import { LifetimeChoice, ProjectChoice, ScopeChoice } from "~/components/tokens/ScopeChoice";
import { CopyButton } from "~/components/ui/CopyButton";
import { Dialog, DialogActions, FormActions } from "~/components/ui/Dialog";
import { Field } from "~/components/ui/Field";
import { ProblemNotice } from "~/components/ui/Notice";
import { SCOPES } from "~/lib/scopes";
import { date } from "~/lib/time";

export function IssueTokenDialog({ me, onClose }: { me: Me; onClose: () => void }) {
  const client = useQueryClient();
  const [name, setName] = useState("");
  const [projectId, setProjectId] = useState(me.projects[0]?.project_id ?? "");
  const [scopes, setScopes] = useState(SCOPES);
  const [days, setDays] = useState(90);
  const issue = useMutation({
    mutationFn: () => issueToken({ name, project_id: projectId, scopes, expires_in_days: days }),
    onSuccess: () => client.invalidateQueries({ queryKey: keys.tokens }),
    // The secret is shown once and is not kept anywhere when the dialog closes.
    gcTime: 0,
  });
  if (issue.data) return <SecretDialog issued={issue.data} onClose={onClose} />;
  const send = (event: FormEvent) => {
    event.preventDefault();
    issue.mutate();
  };
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="New API token"
      description="It acts for you, in one project. Whoever has it can do what it may."
    >
      <form onSubmit={send}>
        <Field label="Name" error={isProblem(issue.error) ? issue.error.field("name") : undefined}>
          {(control) => (
            <input
              {...control}
              required
              maxLength={80}
              value={name}
              onChange={(event) => setName(event.target.value)}
              placeholder="What it is for, such as laptop"
              autoComplete="off"
              className="field"
            />
          )}
        </Field>
        <ProjectChoice projects={me.projects} chosen={projectId} onChange={setProjectId} />
        <ScopeChoice offered={SCOPES} chosen={scopes} onChange={setScopes} />
        <LifetimeChoice days={days} onChange={setDays} />
        <ProblemNotice error={issue.error} fields={["name"]} />
        <FormActions
          action="Issue token"
          pending="Issuing…"
          busy={issue.isPending}
          blocked={scopes.length === 0 || name.trim() === ""}
          onCancel={onClose}
        />
      </form>
    </Dialog>
  );
}

function SecretDialog({ issued, onClose }: { issued: IssuedToken; onClose: () => void }) {
  const { secret, token } = issued;
  return (
    <Dialog
      open
      onOpenChange={onClose}
      title="Copy your token now"
      description="This is the only time it is shown. If it gets lost, revoke it and issue another one."
    >
      <div className="flex items-center gap-2 rounded-sm border border-rule-2 bg-well px-3 py-2">
        <code className="mono min-w-0 flex-1 break-all">{secret}</code>
        <CopyButton text={secret} label="Copy the token" />
      </div>
      <p className="mt-2 text-ink-3 text-xs">
        “{token.name}” opens {token.project_key} until {date(token.expires_at)}. On the command line:{" "}
        <code>konductro login --with-token</code>, then paste it.
      </p>
      <DialogActions>
        <button type="button" className="btn btn-primary" onClick={onClose}>
          I have copied it
        </button>
      </DialogActions>
    </Dialog>
  );
}
