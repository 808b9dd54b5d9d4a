/**
 * A real Chromium.
 *
 * @module
 */

import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";
import { findChromium, requirePeer } from "../../support/peers.ts";

const executablePath = findChromium();

/** Whether there is one: `describe.runIf(hasChromium)(…)`. */
export const hasChromium: boolean = requirePeer(
  "chromium",
  executablePath !== undefined,
  "install Debian's chromium, or name one in CHROMIUM",
);

/** Nothing that would need a screen, a graphics card or the network. */
const FLAGS = [
  "--headless",
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: executablePath ?? "", args: FLAGS });
}
