/** Every version of a document: who made it, when, and comparing with another. */
import { Menu } from "@base-ui/react/menu";
import { ChevronDown, GitCompareArrows } from "lucide-react";
import type { StageView, VersionSummary } from "~/api/types";
import { dayAndTime } from "~/lib/time";
import { madeBy } from "./provenance";

type Props = {
  versions: VersionSummary[];
  view: StageView;
  shown: number;
  compare: number | null;
  onShow: (version: number) => void;
  onCompare: (version: number) => void;
};

export function VersionMenu({ versions, view, shown, compare, onShow, onCompare }: Props) {
  const current = versions.find((version) => version.version === shown);
  const note = (version: number) =>
    version === view.approved_version ? "approved" : version === view.latest_version ? "latest" : "";
  return (
    <Menu.Root>
      <Menu.Trigger className="btn">
        <b className="font-medium">v{shown}</b>
        {current && (
          <span className="text-ink-3 max-sm:hidden">{note(shown) || dayAndTime(current.created_at)}</span>
        )}
        <span className="sr-only">: choose a version</span>
        <ChevronDown size={13} aria-hidden className="text-ink-3" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={4} align="start" className="z-50">
          <Menu.Popup className="pop fine-scroll max-h-[60vh] w-[min(380px,92vw)] overflow-y-auto rounded-md border border-rule-2 bg-sheet p-1 shadow-lg">
            {versions.map((version) => (
              <Menu.Item
                key={version.version}
                onClick={() => onShow(version.version)}
                className={`flex cursor-default items-baseline gap-2 rounded-xs px-2 py-1.5 data-highlighted:bg-accent-soft ${version.version === shown ? "bg-well" : ""}`}
              >
                <b className="w-8 shrink-0 font-medium">v{version.version}</b>
                <span className="min-w-0 flex-1 truncate text-ink-2 text-xs">{madeBy(version)}</span>
                <span className="num shrink-0 text-2xs text-ink-3">
                  {[
                    version.status === "incomplete" ? "incomplete" : note(version.version),
                    dayAndTime(version.created_at),
                  ]
                    .filter(Boolean)
                    .join(" · ")}
                </span>
              </Menu.Item>
            ))}
            {versions.length > 1 && (
              <>
                <Menu.Separator className="my-1 h-px bg-rule" />
                <Menu.Group>
                  <Menu.GroupLabel className="eyebrow px-2 py-1">Compare v{shown} with</Menu.GroupLabel>
                  {versions
                    .filter((version) => version.version !== shown)
                    .map((version) => (
                      <Menu.Item
                        key={version.version}
                        onClick={() => onCompare(version.version)}
                        className="flex cursor-default items-center gap-2 rounded-xs px-2 py-1 data-highlighted:bg-accent-soft"
                      >
                        <GitCompareArrows size={13} aria-hidden className="text-ink-3" />
                        <span className="flex-1">v{version.version}</span>
                        {version.version === compare && <span className="text-2xs text-ink-3">now</span>}
                      </Menu.Item>
                    ))}
                </Menu.Group>
              </>
            )}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}
