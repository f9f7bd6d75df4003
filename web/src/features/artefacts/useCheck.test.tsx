/** The checker is asked once somebody pauses, with the text as it is then. */
import { renderHook, waitFor } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { beforeEach, expect, it } from "vitest";
import { server } from "~/test/server";
import { useCheck } from "./useCheck";

const PLACE = { phaseId: "0192", stage: "requirements" } as const;
let asked: string[] = [];

beforeEach(() => {
  asked = [];
  server.use(
    http.post("*/api/v1/phases/0192/artefacts/requirements/check", async ({ request }) => {
      const { markdown } = (await request.json()) as { markdown: string };
      asked.push(markdown);
      if (markdown === "down") return HttpResponse.json({ type: "/problems/unavailable" }, { status: 503 });
      const place = { section: "", ref_id: "R-1", line: 1 };
      const finding = { id: "F-1", rule: "duplicate-id", severity: "blocking", place, text: markdown };
      return HttpResponse.json({ findings: [finding] });
    }),
  );
});

it("asks for the last text only, and shows what is found in it", async () => {
  const { result, rerender } = renderHook(({ text }) => useCheck(PLACE, text), {
    initialProps: { text: "R" },
  });
  rerender({ text: "R-" });
  rerender({ text: "R-1" });
  await waitFor(() => expect(result.current.state).toBe("checked"));
  expect(asked).toEqual(["R-1"]);
  expect(result.current.findings.map(({ text }) => text)).toEqual(["R-1"]);
});

it("keeps what was found while the server can't answer, and says so", async () => {
  const { result, rerender } = renderHook(({ text }) => useCheck(PLACE, text), {
    initialProps: { text: "R-1" },
  });
  await waitFor(() => expect(result.current.state).toBe("checked"));
  rerender({ text: "down" });
  await waitFor(() => expect(result.current.state).toBe("failed"));
  expect(result.current.findings).toHaveLength(1);
});
