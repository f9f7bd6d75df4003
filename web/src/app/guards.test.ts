/** The guards: to sign-in and back, to the first set-up, and never to a foreign address. */
import { QueryClient } from "@tanstack/react-query";
import { isRedirect } from "@tanstack/react-router";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { keys } from "~/api/queries";
import type { Me } from "~/api/types";
import { server } from "~/test/server";
import { refuseSession, requireOpenSetup, requireSession, safeNext } from "./guards";

const me: Me = {
  user_id: "u",
  name: "Dana Okafor",
  email: "dana@example.com",
  administrator: true,
  projects: [],
  conductor: { mode: "guided", model: null, label: "Guided" },
};
const client = () => new QueryClient({ defaultOptions: { queries: { retry: false } } });
const signedOut = http.get("*/api/v1/me", () =>
  HttpResponse.json(
    { type: "/problems/not-signed-in", title: "You are not signed in", status: 401, detail: "Sign in." },
    { status: 401, headers: { "content-type": "application/problem+json" } },
  ),
);
const setup = (open: boolean) => http.get("*/api/v1/setup", () => HttpResponse.json({ open }));

async function target(run: () => Promise<unknown>): Promise<unknown> {
  try {
    return await run();
  } catch (error) {
    if (!isRedirect(error)) throw error;
    return error.options;
  }
}

describe("requireSession", () => {
  it("lets the signed-in through", async () => {
    server.use(http.get("*/api/v1/me", () => HttpResponse.json(me)));
    expect(await requireSession(client(), "/p/PAY")).toEqual(me);
  });
  it("leads to sign-in, and remembers where one wanted to go", async () => {
    server.use(signedOut, setup(false));
    const to = await target(() => requireSession(client(), "/p/PAY/phases/3?stage=architecture"));
    expect(to).toMatchObject({ to: "/sign-in", search: { next: "/p/PAY/phases/3?stage=architecture" } });
  });
  it("asks again when the session is in doubt", async () => {
    server.use(signedOut, setup(false));
    const doubting = client();
    doubting.setQueryData(keys.me, me);
    await doubting.invalidateQueries({ queryKey: keys.me, refetchType: "none" });
    expect(await target(() => requireSession(doubting, "/"))).toMatchObject({ to: "/sign-in" });
  });
  it("leads to set-up while it is open", async () => {
    server.use(signedOut, setup(true));
    expect(await target(() => requireSession(client(), "/"))).toMatchObject({ to: "/setup" });
  });
  it("does not take a broken server for a signed-out person", async () => {
    server.use(http.get("*/api/v1/me", () => HttpResponse.json({ title: "Not ready" }, { status: 503 })));
    await expect(requireSession(client(), "/")).rejects.toMatchObject({ status: 503, title: "Not ready" });
  });
});

it("keeps the signed-in off the sign-in page", async () => {
  server.use(http.get("*/api/v1/me", () => HttpResponse.json(me)));
  expect(await target(() => refuseSession(client(), "/p/PAY"))).toMatchObject({ href: "/p/PAY" });
});

it("closes the set-up page once it is done", async () => {
  server.use(setup(false));
  expect(await target(() => requireOpenSetup(client()))).toMatchObject({ to: "/sign-in" });
});

it.each([
  ["/p/PAY", "/p/PAY"],
  ["https://evil.example", "/"],
  ["//evil.example", "/"],
  ["/\\evil.example", "/"],
  ["/sign-in?next=/x", "/"],
  [undefined, "/"],
])("safeNext(%s) is %s", (next, expected) => {
  expect(safeNext(next)).toBe(expected);
});
