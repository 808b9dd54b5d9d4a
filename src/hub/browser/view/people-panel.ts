/**
 * Who is in the room.
 *
 * @module
 */

import type { ChatState } from "../chat-state.ts";
import { plural } from "../format.ts";
import { createAvatar } from "./avatar.ts";
import { arrange, byId, element, setText, userText } from "./dom.ts";

export class PeoplePanel {
  readonly #list = byId("people");
  readonly #presence = byId("presence");
  readonly #items = new Map<string, HTMLElement>();

  render({ name: ours, current }: ChatState): void {
    const { members, isJoined } = current;
    setText(this.#presence, isJoined ? `${plural(members.length, "person", "people")} here` : "");
    // Without a connection they were here when we last knew.
    this.#list.classList.toggle("stale", !isJoined);
    for (const name of this.#items.keys()) if (!members.includes(name)) this.#items.delete(name);
    const items = members
      .toSorted((a, b) => Number(b === ours) - Number(a === ours))
      .map((name) => {
        const item = this.#items.get(name) ?? createPerson(name);
        this.#items.set(name, item);
        (item.lastElementChild as HTMLElement).hidden = name !== ours;
        return item;
      });
    arrange(this.#list, items);
  }
}

function createPerson(name: string): HTMLElement {
  const you = element("span", "you", "you");
  return element("li", "person", createAvatar(name), userText("span", "name", name), you);
}
