/** What changed on the server names exactly what is fetched again. */
import { QueryClient } from "@tanstack/react-query";
import { expect, it, vi } from "vitest";
import { invalidate, staleKeys } from "./invalidation";

it("maps a phase's changes to its reads", () => {
  const keys = staleKeys("phase:p1", ["phase", "artefact:requirements", "conversation:architecture"]);
  expect(keys).toContainEqual({ key: ["phase", "p1"], exact: true });
  expect(keys).toContainEqual({ key: ["phase", "p1", "artefact", "requirements"] });
  expect(keys).toContainEqual({ key: ["phase", "p1", "messages", "architecture"] });
  expect(keys).not.toContainEqual({ key: ["phase", "p1", "messages", "requirements"] });
});

it("fetches everything of a phase when it does not know the word", () => {
  expect(staleKeys("phase:p1", ["something-new"])).toEqual([{ key: ["phase", "p1"] }]);
});

it("maps a project's changes to its board and the list", () => {
  const keys = staleKeys("project:x", ["project"]);
  expect(keys).toContainEqual({ key: ["project", "x"] });
  expect(keys).toContainEqual({ key: ["projects"] });
  expect(keys).toContainEqual({ key: ["me"] });
});

it("maps the review and the backlog to their own reads only", () => {
  expect(staleKeys("phase:p1", ["proposals"])).toContainEqual({
    key: ["phase", "p1", "proposals"],
    often: true,
  });
  expect(staleKeys("project:x", ["backlog", "story:s1"])).toEqual([
    { key: ["project", "x", "backlog"], often: true },
    { key: ["story", "s1"] },
  ]);
});

it("fetches a busy table at once and then once a pause, the last change included", async () => {
  vi.useFakeTimers();
  const client = new QueryClient();
  const fetched = vi.spyOn(client, "invalidateQueries");
  const arrive = () => invalidate(client, [{ key: ["phase", "busy", "proposals"], often: true }]);
  for (let proposal = 0; proposal < 50; proposal += 1) arrive();
  expect(fetched).toHaveBeenCalledTimes(1);
  await vi.runAllTimersAsync();
  expect(fetched).toHaveBeenCalledTimes(2);
  vi.useRealTimers();
});
