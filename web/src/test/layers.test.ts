/** The house's order: shared → features → app, and no feature knows another. */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "..");

function files(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return files(path);
    return /\.tsx?$/.test(entry.name) && !entry.name.includes(".test.") ? [path] : [];
  });
}

/** The room a file is in, such as "features/phases" or "lib". */
function room(path: string): string {
  const [first = "", second = ""] = path.split("/");
  return first === "features" || first === "components" ? `${first}/${second}` : first;
}

function imports(path: string): string[] {
  const source = readFileSync(path, "utf8");
  return [...source.matchAll(/(?:from|import)\s*\(?\s*"~\/([^"]+)"/g)].map((match) => match[1] ?? "");
}

const rank = (name: string): number => (name.startsWith("features/") ? 1 : name === "app" ? 2 : 0);

it("imports point one way", () => {
  const wrong: string[] = [];
  for (const file of files(root)) {
    const here = relative(root, file);
    if (here.startsWith("test/")) continue;
    for (const target of imports(file)) {
      const from = room(here);
      const to = room(target);
      const sideways = rank(from) === 1 && rank(to) === 1 && from !== to;
      if (rank(to) > rank(from) || sideways) wrong.push(`${here} imports ${target}`);
    }
  }
  expect(wrong).toEqual([]);
});

it("files stay small", () => {
  const long = files(root)
    .filter((file) => !/schema\.d\.ts|routeTree\.gen\.ts/.test(file))
    .filter((file) => readFileSync(file, "utf8").split("\n").length > 300)
    .map((file) => relative(root, file));
  expect(long).toEqual([]);
});
