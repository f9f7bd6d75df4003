// Measures what the first view loads: the entry, what it imports statically and its style sheets, gzipped.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const LIMIT_KB = 190;
const dist = new URL("../dist/", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL(".vite/manifest.json", dist), "utf8"));

/** Every chunk reachable from `name` without a dynamic import. */
function reach(name, seen = new Set()) {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const next of manifest[name].imports ?? []) reach(next, seen);
  return seen;
}

const gz = (file) => gzipSync(readFileSync(new URL(file, dist))).length / 1024;
let total = 0;
for (const name of reach("index.html")) {
  const size = gz(manifest[name].file);
  total += size;
  console.log(`${size.toFixed(1).padStart(7)} kB  ${manifest[name].file}`);
}
console.log(`${total.toFixed(1).padStart(7)} kB  first view, JavaScript, gzip (limit ${LIMIT_KB})`);
if (total > LIMIT_KB) {
  console.error("The first view is too large: load something on demand.");
  process.exit(1);
}
