/** Every change carries what the server asks for; every refusal arrives in the server's words. */
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import { server } from "~/test/server";
import { sendMessage } from "./phases";
import { Problem } from "./problem";
import { signIn } from "./workspace";

const place = { phaseId: "p", stage: "requirements" as const };

it("sends the CSRF header and an idempotency key with every POST", async () => {
  const seen: Headers[] = [];
  server.use(
    http.post("*/api/v1/phases/p/stages/requirements/messages", ({ request }) => {
      seen.push(request.headers);
      return HttpResponse.json({ message_id: "m", turn_id: "t" }, { status: 202 });
    }),
    http.post("*/api/v1/session", ({ request }) => {
      seen.push(request.headers);
      return HttpResponse.json({});
    }),
  );
  await sendMessage(place, "Hello", "key-1");
  await signIn("a@example.com", "secret");
  expect(seen[0]?.get("idempotency-key")).toBe("key-1");
  expect(seen[1]?.get("idempotency-key")).toMatch(/^[0-9a-f-]{36}$/);
  for (const headers of seen) expect(headers.get("x-konductro")).toBe("1");
});

it("throws the problem as the server wrote it, with the request id", async () => {
  server.use(
    http.post("*/api/v1/session", () =>
      HttpResponse.json(
        {
          type: "/problems/sign-in-failed",
          title: "E-mail or password is wrong",
          status: 401,
          detail: "Check both.",
          request_id: "r-1",
        },
        { status: 401 },
      ),
    ),
  );
  const error = await signIn("a@example.com", "x").catch((problem: unknown) => problem);
  expect(error).toBeInstanceOf(Problem);
  expect(error).toMatchObject({ code: "sign-in-failed", detail: "Check both.", requestId: "r-1" });
});

it("says that the server can't be reached, and not more", async () => {
  server.use(http.post("*/api/v1/session", () => HttpResponse.error()));
  await expect(signIn("a@example.com", "x")).rejects.toMatchObject({ code: "unreachable", status: 0 });
});
