/**
 * The round sign of a person: initials, in a colour that goes with the name.
 *
 * @module
 */

import { element } from "./dom.ts";

/** How many colours chat.css has. */
const HUES = 10;

export function createAvatar(name: string): HTMLElement {
  const avatar = element("span", "");
  avatar.setAttribute("aria-hidden", "true");
  paintAvatar(avatar, name);
  return avatar;
}

export function paintAvatar(avatar: HTMLElement, name: string): void {
  avatar.className = `avatar hue-${hue(name)}`;
  avatar.textContent = initials(name);
}

function initials(name: string): string {
  const words = name.split(" ").filter((word) => word !== "");
  const [first = "", second] = words.map((word) => Array.from(word)[0] ?? "");
  return (first + (second ?? "")).toUpperCase();
}

function hue(name: string): number {
  let sum = 0;
  for (const character of name) sum = (sum * 31 + (character.codePointAt(0) ?? 0)) % 65_521;
  return sum % HUES;
}
