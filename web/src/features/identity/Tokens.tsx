/** My API tokens: what is signed in as me without me, and the way to end it. */
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { tokensQuery } from "~/api/tokens";
import type { Me } from "~/api/types";
import { TokenList } from "~/components/tokens/TokenList";
import { ProblemNotice, Skeleton } from "~/components/ui/Notice";
import { IssueTokenDialog } from "./IssueTokenDialog";

export function Tokens({ me }: { me: Me }) {
  const tokens = useQuery(tokensQuery());
  const [issuing, setIssuing] = useState(false);
  return (
    <section aria-labelledby="tokens-title" className="mt-10">
      <div className="flex flex-wrap items-baseline gap-3">
        <h3 id="tokens-title" className="flex-1 font-medium text-base">
          API tokens
        </h3>
        {me.projects.length > 0 && (
          <button type="button" className="btn" onClick={() => setIssuing(true)}>
            New token
          </button>
        )}
      </div>
      <p className="mt-0.5 text-ink-3 text-xs">
        A token acts for you in one project, for the command line and your IDE. <code>konductro login</code>{" "}
        gets one by itself.
      </p>
      <ProblemNotice error={tokens.error} />
      {tokens.isPending && <Skeleton lines={2} className="mt-3" />}
      {tokens.data && <TokenList tokens={tokens.data} label="My API tokens" />}
      {tokens.data?.length === 0 && <p className="mt-2 text-ink-3 text-xs">You have none.</p>}
      {issuing && <IssueTokenDialog me={me} onClose={() => setIssuing(false)} />}
    </section>
  );
}
