/**
 * The list of rooms, and the form for another one. The links lead to `#room`: the address decides which room is shown.
 *
 * @module
 */

import { cleanRoom } from "../../chat/text.ts";
import type { ChatState } from "../chat-state.ts";
import { plural } from "../format.ts";
import { byName } from "../room-log.ts";
import { arrange, byId, element, setText } from "./dom.ts";

interface Row {
  readonly item: HTMLElement;
  readonly link: HTMLAnchorElement;
  readonly size: HTMLElement;
  readonly badge: HTMLElement;
}

export class RoomsPanel {
  readonly #list = byId("rooms");
  readonly #form = byId("new-room", HTMLFormElement);
  readonly #input = byId("new-room-name", HTMLInputElement);
  readonly #problem = byId("new-room-problem");
  readonly #rows = new Map<string, Row>();

  /** `open` is called with the name of a room that was typed. */
  constructor(open: (room: string) => void) {
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      const room = cleanRoom(this.#input.value);
      this.#problem.hidden = room !== undefined;
      if (room === undefined) {
        setText(this.#problem, "A room’s name has up to 32 letters, digits, - or _.");
        this.#input.focus();
        return;
      }
      this.#input.value = "";
      open(room);
    });
    this.#input.addEventListener("input", () => (this.#problem.hidden = true));
  }

  render({ directory, rooms, current }: ChatState): void {
    const sizes = new Map(directory.map(({ room, members }) => [room, members]));
    const names = [...new Set([...rooms.keys(), ...sizes.keys()])].sort((a, b) => {
      return Number(rooms.has(b)) - Number(rooms.has(a)) || byName(a, b);
    });
    for (const name of this.#rows.keys()) if (!names.includes(name)) this.#rows.delete(name);
    const items = names.map((name) => {
      const row = this.#row(name);
      const { unread = 0, members = [], isJoined = false } = rooms.get(name) ?? {};
      const size = isJoined ? members.length : (sizes.get(name) ?? 0);
      row.link.classList.toggle("joined", rooms.has(name));
      if (name === current.name) row.link.setAttribute("aria-current", "page");
      else row.link.removeAttribute("aria-current");
      setText(row.size, size === 0 ? "" : String(size));
      row.size.title = plural(size, "person", "people");
      row.badge.hidden = unread === 0;
      setText(row.badge, String(unread));
      row.badge.title = plural(unread, "new message");
      return row.item;
    });
    arrange(this.#list, items);
  }

  #row(name: string): Row {
    const known = this.#rows.get(name);
    if (known) return known;
    const hash = element("span", "hash", "#");
    hash.setAttribute("aria-hidden", "true");
    const badge = element("span", "badge");
    const size = element("span", "size");
    const link = element("a", "room-link", hash, element("span", "name", name), badge, size);
    link.href = `#${encodeURIComponent(name)}`;
    const row = { item: element("li", "", link), link, size, badge };
    this.#rows.set(name, row);
    return row;
  }
}
