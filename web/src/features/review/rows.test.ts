/** Which proposals are shown, and where a decision leads next. */
import { describe, expect, it } from "vitest";
import { criterion, proposal } from "~/test/stories";
import { assign, left, partOf, undistributed, withoutPart } from "./distribution";
import { names, nextToDecide, type RowFilter, shownRows } from "./rows";

const filter = (change: Partial<RowFilter>): RowFilter => ({
  show: "all",
  text: "",
  reference: null,
  ...change,
});
const ids = (rows: { id: string }[]) => rows.map((row) => row.id);

describe("the rows that are shown", () => {
  const items = [
    proposal("a"),
    proposal("b", { status: "approved" }),
    proposal("c", { status: "rejected", requirement_ids: ["R-3"], acceptance_criteria: [] }),
    proposal("d", { status: "split" }),
  ];
  it("are by their standing; what was set aside only when asked for", () => {
    expect(ids(shownRows(items, filter({}), []))).toEqual(["a", "b", "c"]);
    expect(ids(shownRows(items, filter({ show: "proposed" }), []))).toEqual(["a"]);
    expect(ids(shownRows(items, filter({ show: "aside" }), []))).toEqual(["d"]);
  });
  it("hold every word, wherever it stands", () => {
    expect(ids(shownRows(items, filter({ text: "story R-3" }), []))).toEqual(["c"]);
    expect(ids(shownRows(items, filter({ text: "SELLERS legs" }), []))).toEqual(["a", "b"]);
  });
  it("cover the requirement that was clicked, or name it", () => {
    const coverage = [
      {
        id: "R-1",
        kind: "requirement" as const,
        title: "",
        priority: null,
        criteria: [],
        covered_by: ["b"],
        state: "covered" as const,
      },
    ];
    expect(ids(shownRows(items, filter({ reference: "R-1" }), coverage))).toEqual(["a", "b"]);
    expect(ids(shownRows(items, filter({ reference: "R-3" }), coverage))).toEqual(["c"]);
  });
});

it("takes R-3.2 for a part of R-3, and R-30 for another", () => {
  const one = proposal("a", {
    requirement_ids: [],
    decision_ids: [],
    acceptance_criteria: [criterion(1, { traces_to: ["R-3.2"] })],
  });
  expect(names(one, "R-3")).toBe(true);
  expect(names({ ...one, acceptance_criteria: [criterion(1, { traces_to: ["R-30"] })] }, "R-3")).toBe(false);
});

it("goes on to the next that waits, around the end, and stays when none does", () => {
  const rows = [proposal("a"), proposal("b", { status: "approved" }), proposal("c")];
  expect(nextToDecide(rows, 0)).toBe(2);
  expect(nextToDecide(rows, 2)).toBe(0);
  expect(nextToDecide([proposal("a")], 0)).toBe(0);
});

describe("the distribution of a split", () => {
  it("knows at every moment which criteria are in no part", () => {
    let all = undistributed(["AC-1", "AC-2", "AC-3"]);
    all = assign(assign(all, "AC-1", 0), "AC-3", 2);
    expect(left(all)).toEqual(["AC-2"]);
    expect(partOf(all, 2)).toEqual(["AC-3"]);
    all = assign(all, "AC-3", 0);
    expect(partOf(all, 0)).toEqual(["AC-1", "AC-3"]);
    expect(partOf(all, 2)).toEqual([]);
  });
  it("hands back the criteria of a part that is removed, and moves the later parts up", () => {
    let all = undistributed(["AC-1", "AC-2"]);
    all = withoutPart(assign(assign(all, "AC-1", 1), "AC-2", 2), 1);
    expect(left(all)).toEqual(["AC-1"]);
    expect(partOf(all, 1)).toEqual(["AC-2"]);
  });
});
