/** A tooltip for an icon button; the button keeps its own accessible name. */
import { Tooltip } from "@base-ui/react/tooltip";
import type { ReactElement } from "react";

export function Tip({ label, children }: { label: string; children: ReactElement<Record<string, unknown>> }) {
  return (
    <Tooltip.Root>
      <Tooltip.Trigger render={children} />
      <Tooltip.Portal>
        <Tooltip.Positioner sideOffset={6} className="z-50">
          <Tooltip.Popup className="pop max-w-72 rounded-sm bg-ink px-2 py-1 text-2xs text-sheet">
            {label}
          </Tooltip.Popup>
        </Tooltip.Positioner>
      </Tooltip.Portal>
    </Tooltip.Root>
  );
}
