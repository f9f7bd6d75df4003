/** A command line asks to be signed in: who asks, what it gets, yes or no. */
import { useMutation, useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { approveDeviceLogin, deviceLoginQuery, refuseDeviceLogin } from "~/api/tokens";
import type { Me, DeviceLogin as Waiting } from "~/api/types";
import { LifetimeChoice, ProjectChoice, ScopeChoice } from "~/components/tokens/ScopeChoice";
import { Field } from "~/components/ui/Field";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { When } from "~/components/ui/When";
import { readForm } from "~/lib/form";

type Props = { me: Me; code: string; onCode: (code: string) => void };

export function DeviceLogin({ me, code, onCode }: Props) {
  return (
    <div className="mx-auto w-full max-w-[520px] px-4 py-8 sm:px-6">
      <h2 className="text-balance font-serif text-2xl">Sign in a command line</h2>
      {code === "" ? <CodeForm onCode={onCode} /> : <Asked key={code} me={me} code={code} onCode={onCode} />}
    </div>
  );
}

function CodeForm({ onCode }: { onCode: (code: string) => void }) {
  return (
    <form
      onSubmit={(event) => onCode(readForm(event, ["code"]).code.trim())}
      className="mt-2 flex items-end gap-2"
    >
      <Field label="The code that it shows" className="flex-1">
        {(control) => (
          <input
            {...control}
            name="code"
            required
            maxLength={20}
            placeholder="ABCD-EFGH"
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            className="field mono uppercase"
          />
        )}
      </Field>
      <button type="submit" className="btn btn-primary h-8">
        Continue
      </button>
    </form>
  );
}

function Asked({ me, code, onCode }: Props) {
  const waiting = useQuery(deviceLoginQuery(code));
  const [decided, setDecided] = useState<"approved" | "refused" | null>(null);
  if (decided) {
    return (
      <p role="status" className="mt-3 text-ink-2">
        {decided === "approved"
          ? "It is signed in. You can close this page and go back to your command line."
          : "It was refused, and gets nothing."}
      </p>
    );
  }
  if (waiting.isPending) return <Skeleton lines={5} className="mt-4" />;
  if (waiting.isError) {
    return (
      <>
        <ProblemNotice error={waiting.error} />
        <CodeForm onCode={onCode} />
      </>
    );
  }
  if (me.projects.length === 0) {
    return (
      <p className="mt-3 text-ink-2">
        You are in no project yet, so there is nothing it could open. Ask the SDM of your project to add you.
      </p>
    );
  }
  return <Decide me={me} waiting={waiting.data} onDecided={setDecided} />;
}

type DecideProps = {
  me: Me;
  waiting: Waiting;
  onDecided: (decided: "approved" | "refused") => void;
};

function Decide({ me, waiting, onDecided }: DecideProps) {
  const wanted = me.projects.find((project) => project.key === waiting.project_key?.toUpperCase());
  const [projectId, setProjectId] = useState((wanted ?? me.projects[0])?.project_id ?? "");
  const [scopes, setScopes] = useState(waiting.scopes);
  const [days, setDays] = useState(90);
  const code = waiting.user_code;
  const approve = useMutation({
    mutationFn: () => approveDeviceLogin(code, { project_id: projectId, scopes, expires_in_days: days }),
    onSuccess: () => onDecided("approved"),
  });
  const refuse = useMutation({
    mutationFn: () => refuseDeviceLogin(code),
    onSuccess: () => onDecided("refused"),
  });
  const busy = approve.isPending || refuse.isPending;
  const send = (event: FormEvent) => {
    event.preventDefault();
    approve.mutate();
  };
  return (
    <form onSubmit={send}>
      <p className="mt-2 text-ink-2">
        Go on only if you have just run <code>konductro login</code> yourself, and it shows this code.
      </p>
      <dl className="mt-4 grid grid-cols-[auto_1fr] gap-x-4 gap-y-1.5 border-rule border-y py-3">
        <dt className="text-ink-3">Code</dt>
        <dd className="mono font-medium text-base">{code}</dd>
        <dt className="text-ink-3">Tool</dt>
        <dd className="break-words">{waiting.tool}</dd>
        <dt className="text-ink-3">Machine</dt>
        <dd className="break-words">{waiting.host_name}</dd>
        <dt className="text-ink-3">Asked</dt>
        <dd>
          <When at={waiting.created_at} />
        </dd>
        <dt className="text-ink-3">Acts as</dt>
        <dd>{me.name}</dd>
      </dl>
      {waiting.project_key && !wanted && (
        <p className="mt-3 text-changes text-xs">
          It asks for the project {waiting.project_key}, which you are not in.
        </p>
      )}
      <ProjectChoice projects={me.projects} chosen={projectId} onChange={setProjectId} />
      <ScopeChoice offered={waiting.scopes} chosen={scopes} onChange={setScopes} />
      <LifetimeChoice days={days} onChange={setDays} />
      <ProblemNotice error={approve.error ?? refuse.error} />
      <div className="mt-5 flex flex-wrap justify-end gap-2">
        <button type="button" className="btn" disabled={busy} onClick={() => refuse.mutate()}>
          {refuse.isPending ? "Refusing…" : "Refuse"}
        </button>
        <button type="submit" className="btn btn-primary" disabled={busy || scopes.length === 0}>
          {approve.isPending ? "Signing in…" : "Sign it in"}
        </button>
      </div>
    </form>
  );
}
