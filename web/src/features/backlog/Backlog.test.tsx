/** The backlog: few rows exist of many, filters are in the address, one sentence is a story. */
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { useState } from "react";
import { afterEach, beforeEach, expect, it } from "vitest";
import { exportAddress } from "~/api/backlog";
import { showPage, withLayout } from "~/test/page";
import { server } from "~/test/server";
import { project, story, summary } from "~/test/stories";
import { Backlog } from "./Backlog";
import { type BacklogSearch, readBacklogSearch } from "./search";

const ROOT = "*/api/v1/projects/project/backlog";
let restoreLayout: () => void;
beforeEach(() => {
  restoreLayout = withLayout();
});
afterEach(() => restoreLayout());

function Page() {
  const [search, setSearch] = useState<BacklogSearch>({});
  return <Backlog project={project} phases={[]} search={search} onSearch={setSearch} />;
}

it("has rows for what is in sight only, and knows how many there are", async () => {
  server.use(
    http.get(ROOT, () =>
      HttpResponse.json({
        items: Array.from({ length: 200 }, (_, index) => summary(index + 1)),
        next_cursor: "c",
        total: 10_000,
      }),
    ),
  );
  await showPage(() => <Page />);
  expect(await screen.findByText("10,000 stories")).toBeVisible();
  const grid = screen.getByRole("grid", { name: "Stories" });
  expect(grid).toHaveAttribute("aria-rowcount", "10001");
  expect(within(grid).getAllByRole("row").length).toBeLessThan(60);
});

it("asks the server for what the filters say", async () => {
  const asked: string[] = [];
  server.use(
    http.get(ROOT, ({ request }) => {
      asked.push(new URL(request.url).search);
      return HttpResponse.json({ items: [summary(1)], next_cursor: null, total: 1 });
    }),
  );
  await showPage(() => <Page />);
  await screen.findByText("1 story");
  await userEvent.selectOptions(screen.getByLabelText("Type"), "bug");
  await userEvent.click(screen.getByLabelText("Stale"));
  await userEvent.type(screen.getByLabelText("Search stories"), "refund");
  await waitFor(() => expect(asked.at(-1)).toBe("?type=bug&stale=true&text=refund&limit=200"));
  await userEvent.click(screen.getByRole("button", { name: "Clear" }));
  await waitFor(() => expect(screen.getByLabelText("Search stories")).toHaveValue(""));
  expect(screen.getByLabelText("Type")).toHaveValue("");
  expect(screen.getByLabelText("Stale")).not.toBeChecked();
});

it("makes a story of one sentence, says that it is being refined, and keeps a sentence that was refused", async () => {
  server.use(http.get(ROOT, () => HttpResponse.json({ items: [], next_cursor: null, total: 0 })));
  const asked: unknown[] = [];
  server.use(
    http.post("*/api/v1/projects/project/stories", async ({ request }) => {
      asked.push(await request.json());
      if (asked.length === 1) {
        return HttpResponse.json({ title: "Too busy", detail: "Try again.", status: 503 }, { status: 503 });
      }
      const refining = story({
        title: "Print a refund slip",
        refinement: {
          state: "running",
          attempt: 1,
          failure: null,
          proposed: null,
          before: null,
          questions: [],
        },
      });
      return HttpResponse.json(refining, { status: 201 });
    }),
  );
  await showPage(() => <Page />);
  expect(await screen.findByText("The backlog is empty")).toBeVisible();
  const box = screen.getByLabelText("New story, in one sentence");
  await userEvent.type(box, "Print a refund slip{Enter}");
  expect(await screen.findByText("Too busy")).toBeVisible();
  expect(box).toHaveValue("Print a refund slip");
  await userEvent.type(box, "{Enter}");
  expect(await screen.findByText("Conductor is refining it")).toBeVisible();
  expect(box).toHaveValue("");
  expect(asked).toEqual([{ request: "Print a refund slip" }, { request: "Print a refund slip" }]);
});

it("reads an address leniently, and leaves out what it does not know", () => {
  expect(
    readBacklogSearch({ phase: "3", type: "bug", status: "gone", q: 42, stale: true, sort: "key" }),
  ).toEqual({ phase: 3, type: "bug", q: "42", stale: true });
});

it("exports what is shown", () => {
  expect(exportAddress("p/1", { type: "bug", text: "a&b" }, "jira_csv")).toBe(
    "/api/v1/projects/p%2F1/backlog/export?format=jira_csv&type=bug&text=a%26b",
  );
});
