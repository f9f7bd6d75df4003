/** What changed on the server names exactly what is fetched again. */
import { QueryClient, QueryObserver } from "@tanstack/react-query";
import { waitFor } from "@testing-library/dom";
import { expect, it } from "vitest";
import { everythingIn, invalidate, staleKeys } from "./invalidation";

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

it("covers a conversation's messages, its document and its gate", () => {
  expect(everythingIn("conversation:p1:requirements")).toEqual([
    { key: ["phase", "p1", "messages", "requirements"] },
    { key: ["phase", "p1", "artefact", "requirements"] },
    { key: ["phase", "p1"], exact: true },
  ]);
  expect(everythingIn("phase:p1")).toEqual([{ key: ["phase", "p1"] }]);
});

it("reads again what was still being read when it changed", async () => {
  const client = new QueryClient();
  const answers = ["before", "after"];
  let release = (): void => undefined;
  const held = new Promise<void>((done) => {
    release = done;
  });
  const observer = new QueryObserver(client, {
    queryKey: ["phase", "p1"],
    queryFn: async () => {
      const answer = answers.shift();
      await held;
      return answer;
    },
  });
  const stop = observer.subscribe(() => undefined);
  invalidate(client, everythingIn("phase:p1"));
  release();
  await waitFor(() => expect(observer.getCurrentResult().data).toBe("after"));
  stop();
});
