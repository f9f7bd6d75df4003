/** A condition nobody has decided yet is not a condition that failed. */
import { createMemoryHistory, createRootRoute, createRouter, RouterProvider } from "@tanstack/react-router";
import { render, screen } from "@testing-library/react";
import { expect, it } from "vitest";
import type { Condition, Phase } from "~/api/types";
import { Conditions } from "./Conditions";

it.each<[Condition["ok"], string]>([
  [true, "met:"],
  [false, "not met:"],
  [null, "waiting:"],
  [undefined, "waiting:"],
])("ok %s is said as %s", async (ok, word) => {
  const condition: Condition = { text: "Approved by SDM", link: null, ...(ok === undefined ? {} : { ok }) };
  const phase = { project_key: "PAY", number: 1 } as Phase;
  const root = createRootRoute({ component: () => <Conditions phase={phase} conditions={[condition]} /> });
  const router = createRouter({ routeTree: root, history: createMemoryHistory() });
  render(<RouterProvider router={router as never} />);
  expect(await screen.findByText("Approved by SDM")).toBeVisible();
  expect(screen.getByLabelText(word)).toBeVisible();
});
