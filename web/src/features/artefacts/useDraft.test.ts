/** What is typed is kept once, in order, and never over what was typed elsewhere. */
import { act, renderHook } from "@testing-library/react";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { keepDraft } from "~/api/phases";
import { Problem } from "~/api/problem";
import { unsentDraft, useDraft } from "./useDraft";

vi.mock("~/api/phases", () => ({ keepDraft: vi.fn() }));
const keep = vi.mocked(keepDraft);
const place = { phaseId: "p", stage: "requirements" as const };
const working = (markdown: string) => ({ title: "T", markdown, baseVersion: 1 });
const kept = (revision: number) => ({
  revision,
  title: "T",
  base_version: 1,
  updated_at: "2026-10-08T09:14:00Z",
});

beforeEach(() => {
  localStorage.clear();
  vi.useFakeTimers();
  keep.mockReset();
});
afterEach(() => vi.useRealTimers());

const pause = () => act(() => vi.advanceTimersByTimeAsync(1_000));

it("waits for a pause, and each time follows the one before", async () => {
  keep.mockResolvedValueOnce(kept(1)).mockResolvedValueOnce(kept(2));
  const { result } = renderHook(() => useDraft(place, 0));
  act(() => result.current.change(working("a")));
  act(() => result.current.change(working("ab")));
  expect(result.current.state).toBe("waiting");
  expect(keep).not.toHaveBeenCalled();
  await pause();
  expect(keep).toHaveBeenLastCalledWith(place, { ...working("ab"), follows: 0 });
  expect(result.current.state).toBe("kept");
  act(() => result.current.change(working("abc")));
  await pause();
  expect(keep).toHaveBeenLastCalledWith(place, { ...working("abc"), follows: 1 });
  expect(unsentDraft(place, 2)).toBeNull();
});

it("leaves a draft that was changed elsewhere alone, and keeps the text in this browser", async () => {
  keep.mockRejectedValue(new Problem({ type: "/problems/version-changed" }, 412, null));
  const { result } = renderHook(() => useDraft(place, 3));
  act(() => result.current.change(working("mine")));
  await pause();
  expect(result.current.state).toBe("elsewhere");
  await pause();
  expect(keep).toHaveBeenCalledTimes(1);
  expect(unsentDraft(place, 3)).toEqual(working("mine"));
  expect(unsentDraft(place, 4)).toBeNull();
});

it("tries again when the server could not be reached", async () => {
  keep
    .mockRejectedValueOnce(new Problem({ type: "/problems/unreachable" }, 0, null))
    .mockResolvedValueOnce(kept(1));
  const { result } = renderHook(() => useDraft(place, 0));
  act(() => result.current.change(working("a")));
  await pause();
  expect(result.current.state).toBe("failed");
  await act(() => vi.advanceTimersByTimeAsync(5_000));
  expect(result.current.state).toBe("kept");
});

it("sends nothing once it was stopped: the text has become a version", async () => {
  const { result } = renderHook(() => useDraft(place, 0));
  act(() => result.current.change(working("a")));
  await act(() => result.current.stop());
  await pause();
  expect(keep).not.toHaveBeenCalled();
  expect(unsentDraft(place, 0)).toBeNull();
});
