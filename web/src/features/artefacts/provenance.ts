/** Where a version comes from, in words. The model is named as what generated it, never as an author. */
import type { VersionSummary } from "~/api/types";

type Made = Pick<VersionSummary, "origin" | "authors" | "generated_by" | "source">;

export function madeBy(version: Made): string {
  const people = version.authors.map((author) => author.name).join(", ");
  switch (version.origin) {
    case "conductor": {
      const by = version.generated_by?.adapter === "guided" ? "Conductor, guided" : "Conductor";
      return people ? `${by}, with ${people}` : by;
    }
    case "ide":
      return `${people || "Submitted"}${version.source ? `, from ${version.source.tool}` : ""}`;
    case "person":
      return people ? `${people}, by hand` : "By hand";
    default:
      return people;
  }
}
