/** Days of a period, and the scale of a chart over them. Days are UTC, as the server counts them. */
import type { DayUsage } from "~/api/usage";

export const PERIODS = [7, 30, 90] as const;
export type Days = (typeof PERIODS)[number];

export const isPeriod = (value: unknown): value is Days => PERIODS.some((days) => days === value);

const DAY = 24 * 60 * 60 * 1000;

/** "2026-10-08". */
export const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** The days that end today. */
export function period(days: Days, now: number = Date.now()): { from: string; to: string } {
  return { from: dayOf(now - (days - 1) * DAY), to: dayOf(now) };
}

export type Bar = { day: string; cached: number; fresh: number; out: number; cost: number; attempts: number };

/** One bar for every day of the period, empty ones too. */
export function bars(from: string, to: string, used: readonly DayUsage[]): Bar[] {
  const known = new Map(used.map((day) => [day.day, day]));
  const all: Bar[] = [];
  for (let time = Date.parse(from); time <= Date.parse(to); time += DAY) {
    const day = dayOf(time);
    const figures = known.get(day);
    const cached = Math.min(figures?.cached_tokens ?? 0, figures?.prompt_tokens ?? 0);
    all.push({
      day,
      cached,
      fresh: (figures?.prompt_tokens ?? 0) - cached,
      out: figures?.completion_tokens ?? 0,
      cost: figures?.cost_micros ?? 0,
      attempts: figures?.attempts ?? 0,
    });
  }
  return all;
}

/** The top of the axis: the next of 1, 2, 4, 5, 8 times a power of ten, which four lines cut into round numbers. */
export function axisTop(most: number): number {
  if (most <= 4) return 4;
  const power = 10 ** Math.floor(Math.log10(most));
  const step = [1, 2, 4, 8, 10].find((factor) => factor * power >= most) ?? 10;
  return step * power;
}

const SHORT = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });
export const dayInWords = (day: string): string => SHORT.format(new Date(day));
