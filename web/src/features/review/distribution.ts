/** How a split hands out the criteria: each to exactly one part, none lost. */

/** Which part (from 0) each criterion goes to; null while nobody has said. */
export type Distribution = ReadonlyMap<string, number | null>;

export const FEWEST_PARTS = 2;
export const MOST_PARTS = 12;

export const undistributed = (criteria: readonly string[]): Distribution =>
  new Map(criteria.map((id) => [id, null]));

export const assign = (distribution: Distribution, id: string, part: number): Distribution =>
  new Map([...distribution].map(([known, now]) => [known, known === id ? part : now]));

/** Without the part, its criteria wait again; the parts after it move up. */
export const withoutPart = (distribution: Distribution, part: number): Distribution =>
  new Map(
    [...distribution].map(([id, now]) => [
      id,
      now === null || now === part ? null : now > part ? now - 1 : now,
    ]),
  );

export const left = (distribution: Distribution): string[] =>
  [...distribution].filter(([, part]) => part === null).map(([id]) => id);

export const partOf = (distribution: Distribution, part: number): string[] =>
  [...distribution].filter(([, now]) => now === part).map(([id]) => id);
