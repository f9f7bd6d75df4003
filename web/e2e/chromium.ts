/** Which Chromium drives the journeys: the one that was named, or the system's. */
import { existsSync } from "node:fs";

const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

export const CHROMIUM: string | null = process.env.KONDUCTRO_CHROMIUM || (PLACES.find(existsSync) ?? null);

export const NO_CHROMIUM =
  "The browser journeys need Chromium: install it, or name one with KONDUCTRO_CHROMIUM";
