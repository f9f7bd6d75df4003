/**
 * Which assumptions and open questions the reader has ticked off. Ticks are of one exact text: another version begins
 * with none.
 */
import { useState } from "react";
import type { OpenPoint } from "~/api/types";

export type Acknowledged = {
  ids: string[];
  /** Those that are still to be ticked off. */
  left: string[];
  has: (id: string) => boolean;
  toggle: (id: string) => void;
};

export function useAcknowledged(points: readonly OpenPoint[], contentHash: string | null): Acknowledged {
  const [ticked, setTicked] = useState<{ of: string | null; ids: ReadonlySet<string> }>({
    of: null,
    ids: new Set(),
  });
  const mine = ticked.of === contentHash ? ticked.ids : new Set<string>();
  const all = points.map((point) => point.id);
  return {
    ids: all.filter((id) => mine.has(id)),
    left: all.filter((id) => !mine.has(id)),
    has: (id) => mine.has(id),
    toggle: (id) => {
      const ids = new Set(mine);
      if (!ids.delete(id)) ids.add(id);
      setTicked({ of: contentHash, ids });
    },
  };
}
