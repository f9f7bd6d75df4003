/** Changing a phase's words while somebody else does, or while the phase goes on. */
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { expect, it } from "vitest";
import type { Phase } from "~/api/types";
import { showPage } from "~/test/page";
import { server } from "~/test/server";
import { phase } from "~/test/stories";
import { EditPhaseDialog } from "./EditPhaseDialog";

/** A server that holds `now`, and takes only changes of its version. */
function holding(now: Phase) {
  const saved: unknown[] = [];
  server.use(
    http.get("*/api/v1/phases/phase", () => HttpResponse.json(now)),
    http.patch("*/api/v1/phases/phase", async ({ request }) => {
      if (request.headers.get("If-Match") !== `"${now.version}"`) {
        const problem = { type: "/problems/version-changed", title: "Changed meanwhile", status: 412 };
        return HttpResponse.json(problem, { status: 412 });
      }
      const change = await request.json();
      saved.push(change);
      return HttpResponse.json({ ...now, ...(change as Partial<Phase>), version: now.version + 1 });
    }),
  );
  return saved;
}

async function rename(opened: Phase, title: string): Promise<void> {
  await showPage(() => <EditPhaseDialog phase={opened} onClose={() => undefined} />);
  const field = await screen.findByLabelText("Title");
  await userEvent.clear(field);
  await userEvent.type(field, title);
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
}

it("saves although the phase went on, where nobody touched its words", async () => {
  const saved = holding(phase({ version: 5 }));
  await rename(phase({ version: 1 }), "Yearly statements");
  await waitFor(() => expect(saved).toEqual([{ title: "Yearly statements", brief: "" }]));
});

it("shows what somebody else saved, and replaces it only when told to", async () => {
  const saved = holding(phase({ version: 2, title: "Quarterly statements", brief: "For sellers." }));
  await rename(phase({ version: 1 }), "Yearly statements");
  const told = await screen.findByRole("alert");
  expect(told).toHaveTextContent("Quarterly statements");
  expect(told).toHaveTextContent("For sellers.");
  expect(saved).toEqual([]);
  expect(screen.getByLabelText("Title")).toHaveValue("Yearly statements");
  await userEvent.click(screen.getByRole("button", { name: "Save mine instead" }));
  await waitFor(() => expect(saved).toEqual([{ title: "Yearly statements", brief: "" }]));
});
