/** A technical analysis that holds what the door asks for. */
import { createHash } from "node:crypto";
import type { Page } from "@playwright/test";

export const COMMIT = "4be1f02a".repeat(5);
export const CITED_HASH = createHash("sha256").update("fn capture() {}\n").digest("hex");

type Written = { ids: readonly string[]; summary: string; code: boolean };

/** The document; with `code` it rests on one place of it. */
export function analysis({ ids, summary, code }: Written): string {
  const rows = ids.map((id) => (code ? `| ${id} | capture.rs | extend | |` : `| ${id} | none | missing | |`));
  const section = (heading: string, text: string) => `## ${heading}\n\n${text}\n`;
  return [
    "# Technical analysis\n",
    section("Summary and verdict", summary),
    section("The system as it is", "One service."),
    section(
      "Requirement → asset map",
      `| Requirement | Asset | Status | Note |\n|---|---|---|---|\n${rows.join("\n")}`,
    ),
    section("Integration surfaces", "None."),
    section("Data", "One table."),
    section("Gaps and constraints", "None."),
    section(
      "Options and recommendation",
      "1. Split at capture\n2. A service of its own\n\nRecommended: Split at capture.",
    ),
    section("Blast radius", "Small."),
    section("Tests present", "Some."),
    section("Readiness for each N-n", "It is ready."),
    section("Effort and risk", "Small."),
    section("Questions back", "None."),
    section(
      "Evidence",
      code
        ? `- **E-1** pay@${COMMIT}:src/capture.rs#L1 sha256:${CITED_HASH} “fn capture”`
        : "None: nothing of it is there yet.",
    ),
  ].join("\n");
}

/** What it says of itself beside the document. */
export function sidecar(requirementsVersion: number, ids: readonly string[]) {
  return {
    requirements_version: requirementsVersion,
    repositories: [{ name: "pay", branch: "main", commit: COMMIT }],
    asset_map: ids.map((id) => ({ requirement: id, asset: "capture.rs", status: "extend" })),
    options: [
      { title: "Split at capture", summary: "In one transaction.", recommended: true },
      { title: "A service of its own", summary: "Decoupled, and may lose a payment." },
    ],
    evidence: [
      {
        id: "E-1",
        repository: "pay",
        commit: COMMIT,
        path: "src/capture.rs",
        lines: "1",
        sha256: CITED_HASH,
        quote: "fn capture",
      },
    ],
  };
}

/** The requirements of the newest phase of somebody's only project that need a row. */
export async function requirementsToMap(page: Page, url: string): Promise<string[]> {
  const read = async <Body>(path: string) => {
    const answer = await page.request.get(`${url}/api/v1${path}`);
    return (await answer.json()) as Body;
  };
  type List = { items: { id: string }[] };
  const project = (await read<List>("/projects")).items[0]?.id;
  const phase = (await read<List>(`/projects/${project}/phases`)).items[0]?.id;
  const handOff = await read<{ requirements: List }>(`/phases/${phase}/hand-off`);
  return handOff.requirements.items.map((item) => item.id).filter((id) => id.startsWith("R-"));
}
