/** Opens the palette (⌘K) and the list of keys (?); both are fetched on first use. */

import { useNavigate, useParams } from "@tanstack/react-router";
import { Search } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import type { Me } from "~/api/types";
import { useShortcuts } from "~/lib/shortcuts";
import { toggleTheme } from "~/lib/theme";

const Palette = lazy(() => import("./Palette"));
const KeysDialog = lazy(() => import("./KeysDialog"));

export function CommandButton({ me }: { me: Me }) {
  const [open, setOpen] = useState<"palette" | "keys" | null>(null);
  const navigate = useNavigate();
  const { projectKey } = useParams({ strict: false });
  const toggle = (what: "palette" | "keys") => setOpen((now) => (now === what ? null : what));
  useShortcuts({
    "mod+k": () => toggle("palette"),
    "mod+j": toggleTheme,
    "?": () => toggle("keys"),
    "g p": () => void navigate({ to: "/" }),
    "g i": () => void navigate({ to: "/inbox" }),
    "g b": () => {
      if (projectKey) void navigate({ to: "/p/$projectKey/backlog", params: { projectKey } });
    },
    "g a": () => void navigate({ to: "/account" }),
  });
  return (
    <>
      <button
        type="button"
        className="btn text-ink-3 max-lg:w-7 max-lg:px-0 lg:w-[250px] lg:justify-between"
        aria-haspopup="dialog"
        onClick={() => setOpen("palette")}
      >
        <span className="max-lg:sr-only">Search or run a command</span>
        <Search size={14} aria-hidden className="lg:hidden" />
        <kbd className="max-lg:hidden">⌘K</kbd>
      </button>
      <Suspense>
        {open === "palette" && (
          <Palette me={me} onClose={() => setOpen(null)} onKeys={() => setOpen("keys")} />
        )}
        {open === "keys" && <KeysDialog onClose={() => setOpen(null)} />}
      </Suspense>
    </>
  );
}
