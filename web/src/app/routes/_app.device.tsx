/** `/device?code=…`: where a person confirms a command line that asks to be signed in. */
import { useSuspenseQuery } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { meQuery } from "~/api/queries";
import { Crumbs } from "~/components/ui/Crumbs";
import { DeviceLogin } from "~/features/identity/DeviceLogin";

type Search = { code?: string };

export const Route = createFileRoute("/_app/device")({
  validateSearch: ({ code }: Record<string, unknown>): Search =>
    typeof code === "string" && code !== "" ? { code: code.slice(0, 20) } : {},
  component: Page,
});

function Page() {
  const { data: me } = useSuspenseQuery(meQuery);
  const { code } = Route.useSearch();
  const navigate = useNavigate();
  return (
    <div className="fine-scroll h-full overflow-y-auto">
      <Crumbs title="Sign in a command line">
        <h1 className="font-medium">Sign in a command line</h1>
      </Crumbs>
      <DeviceLogin
        me={me}
        code={code ?? ""}
        onCode={(typed) => void navigate({ to: "/device", search: { code: typed } })}
      />
    </div>
  );
}
