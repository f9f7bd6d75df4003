/** Tokens, one a row: what each is for, until when, when it was used, and the way to end it. */
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { keys } from "~/api/queries";
import { revokeToken } from "~/api/tokens";
import type { Token } from "~/api/types";
import { ReasonDialog } from "~/components/ui/ReasonDialog";
import { When } from "~/components/ui/When";
import { date } from "~/lib/time";

type Props = { tokens: Token[]; label: string; withOwner?: boolean };

export function TokenList({ tokens, label, withOwner = false }: Props) {
  const [ending, setEnding] = useState<Token | null>(null);
  return (
    <>
      <ul aria-label={label} className="mt-3 divide-y divide-rule border-rule border-y empty:hidden">
        {tokens.map((token) => (
          <li key={token.id} className="flex flex-wrap items-baseline gap-x-3 gap-y-1 py-2">
            <span className="min-w-0 flex-1 basis-60">
              <span className="flex flex-wrap items-baseline gap-x-2">
                <b className="break-words font-medium">{token.name}</b>
                <span className="text-ink-3 text-xs">
                  {withOwner ? token.owner.name : <span className="mono">{token.project_key}</span>}
                </span>
              </span>
              <span className="mono block text-ink-3 text-xs">{token.scopes.join("  ")}</span>
            </span>
            <span className="num text-ink-3 text-xs">
              {token.expired ? (
                <span className="text-changes">ended {date(token.expires_at)}</span>
              ) : (
                <>until {date(token.expires_at)}</>
              )}
              {" · "}
              {token.last_used_at ? (
                <>
                  used <When at={token.last_used_at} />
                </>
              ) : (
                "never used"
              )}
            </span>
            <button
              type="button"
              className="btn"
              aria-label={`Revoke ${token.name}`}
              onClick={() => setEnding(token)}
            >
              Revoke
            </button>
          </li>
        ))}
      </ul>
      {ending && <RevokeDialog token={ending} onClose={() => setEnding(null)} />}
    </>
  );
}

function RevokeDialog({ token, onClose }: { token: Token; onClose: () => void }) {
  const client = useQueryClient();
  const revoke = useMutation({
    mutationFn: () => revokeToken(token.id),
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: keys.tokens });
      onClose();
    },
  });
  return (
    <ReasonDialog
      title={`Revoke ${token.name}?`}
      description={`It opens nothing from now on, and what uses it stops at once. ${token.owner.name} can issue another one.`}
      action="Revoke"
      pending="Revoking…"
      error={revoke.error}
      busy={revoke.isPending}
      onClose={onClose}
      onSubmit={() => revoke.mutate()}
    />
  );
}
