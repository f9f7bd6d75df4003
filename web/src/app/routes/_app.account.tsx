/** `/account`. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute } from "@tanstack/react-router";
import { meQuery } from "~/api/queries";
import { useSignOut } from "~/app/session";
import { Crumbs } from "~/components/ui/Crumbs";
import { Account } from "~/features/identity/Account";

export const Route = createFileRoute("/_app/account")({ component: Page });

function Page() {
  const { data: me } = useSuspenseQuery(meQuery);
  const leave = useSignOut();
  return (
    <div className="fine-scroll h-full overflow-y-auto">
      <Crumbs title="Account">
        <h1 className="font-medium">Account</h1>
      </Crumbs>
      <Account me={me} onSignOut={leave} />
    </div>
  );
}
