/**
 * The end of a session, asked for or not. Who one was is doubted, not forgotten, until the sign-in page is shown:
 * a page that is still there must not lose what it stands on, or it would fail before it is left.
 */
import { type QueryClient, useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter } from "@tanstack/react-router";
import { keys } from "~/api/queries";
import { signOut } from "~/api/workspace";
import { disconnect } from "~/live/connection";

/** From here on the next guard asks the server again who is there. */
export function doubtSession(client: QueryClient): void {
  disconnect();
  void client.invalidateQueries({ queryKey: keys.me, refetchType: "none" });
}

/** Forgets all that the last person was shown, once no page shows it any more. */
export function forgetSession(client: QueryClient): void {
  client.removeQueries({ type: "inactive" });
}

/** Signs out, and leads to the sign-in page even when the server could not be told. */
export function useSignOut(): () => void {
  const client = useQueryClient();
  const router = useRouter();
  const leave = useMutation({
    mutationFn: signOut,
    onSettled: async () => {
      doubtSession(client);
      await router.navigate({ to: "/sign-in", search: {} });
    },
  });
  return () => leave.mutate();
}
