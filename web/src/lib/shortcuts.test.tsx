/** Shortcuts: chords, silence while typing, and the palette's key that came before anybody listened. */
import { fireEvent, render, screen } from "@testing-library/react";
import { expect, it, vi } from "vitest";
import { keepEarlyKey, useShortcuts } from "./shortcuts";

function Page({ keymap }: { keymap: Record<string, () => void> }) {
  useShortcuts(keymap);
  return <input aria-label="Name" />;
}

it("runs the palette's key that was pressed while the page was loading, once", () => {
  keepEarlyKey();
  expect(fireEvent.keyDown(document.body, { key: "k", ctrlKey: true })).toBe(false);
  const open = vi.fn();
  const { unmount } = render(<Page keymap={{ "mod+k": open }} />);
  expect(open).toHaveBeenCalledTimes(1);
  unmount();
  render(<Page keymap={{ "mod+k": open }} />);
  expect(open).toHaveBeenCalledTimes(1);
  fireEvent.keyDown(document.body, { key: "k", ctrlKey: true });
  expect(open).toHaveBeenCalledTimes(2);
});

it("knows chords, and rests while somebody types", () => {
  const go = vi.fn();
  render(<Page keymap={{ "g p": go }} />);
  const field = screen.getByLabelText("Name");
  for (const key of ["g", "p"]) fireEvent.keyDown(field, { key });
  expect(go).not.toHaveBeenCalled();
  for (const key of ["g", "p"]) fireEvent.keyDown(document.body, { key });
  expect(go).toHaveBeenCalledTimes(1);
});

it("never takes the second key of a chord for a key of its own, whoever knows the chord", () => {
  const [go, approve] = [vi.fn(), vi.fn()];
  render(
    <>
      <Page keymap={{ a: approve }} />
      <Page keymap={{ "g a": go }} />
    </>,
  );
  for (const key of ["g", "a"]) fireEvent.keyDown(document.body, { key });
  expect(go).toHaveBeenCalledTimes(1);
  expect(approve).not.toHaveBeenCalled();
  fireEvent.keyDown(document.body, { key: "a" });
  expect(approve).toHaveBeenCalledTimes(1);
});
