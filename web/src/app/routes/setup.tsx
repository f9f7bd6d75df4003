/** `/setup`: open until the first administrator exists. */
import { useQueryClient } from "@tanstack/react-query";
import { createFileRoute, useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { keys } from "~/api/queries";
import { requireOpenSetup } from "~/app/guards";
import { SampleProject } from "~/features/identity/SampleProject";
import { Setup } from "~/features/identity/Setup";

export const Route = createFileRoute("/setup")({
  beforeLoad: ({ context }) => requireOpenSetup(context.queryClient),
  component: Page,
});

function Page() {
  const [done, setDone] = useState(false);
  const client = useQueryClient();
  const navigate = useNavigate();
  if (done) {
    return (
      <SampleProject
        onProject={(project) => {
          void client.invalidateQueries({ queryKey: keys.me });
          void navigate({ to: "/p/$projectKey", params: { projectKey: project.key } });
        }}
        onSkip={() => void navigate({ to: "/" })}
      />
    );
  }
  return (
    <Setup
      onDone={(me) => {
        client.clear();
        client.setQueryData(keys.me, me);
        setDone(true);
      }}
    />
  );
}
