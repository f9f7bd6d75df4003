/** What changed on the server names exactly what is fetched again. */
import { expect, it } from "vitest";
import { staleKeys } from "./invalidation";

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
