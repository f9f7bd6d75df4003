/** What was read before the subscription is read once more after it: nobody told us what changed in between. */
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { ws } from "msw";
import { afterEach, expect, it } from "vitest";
import { server } from "~/test/server";
import { connect, disconnect, useTopic } from "./connection";

const socket = ws.link(`ws://${location.host}/api/v1/ws`);
const topic = "phase:p1";

afterEach(disconnect);

function Phase({ read }: { read: () => string }) {
  useTopic(topic);
  const phase = useQuery({ queryKey: ["phase", "p1"], queryFn: read, staleTime: Number.POSITIVE_INFINITY });
  return <p>{phase.data}</p>;
}

it("shows a change that was made between the read and the subscription", async () => {
  let state = "before";
  server.use(
    socket.addEventListener("connection", ({ client }) => {
      client.addEventListener("message", ({ data }) => {
        if (!String(data).includes(`"subscribe"`)) return;
        state = "after";
        client.send(JSON.stringify({ type: "snapshot", topic, position: 7, turn: null, present: [] }));
      });
    }),
  );
  const queries = new QueryClient();
  render(
    <QueryClientProvider client={queries}>
      <Phase read={() => state} />
    </QueryClientProvider>,
  );
  expect(await screen.findByText("before")).toBeVisible();
  connect(queries);
  expect(await screen.findByText("after")).toBeVisible();
});
