/**
 * What was said in a room, and what is on its way.
 *
 * @module
 */

import type { ChatState } from "../chat-state.ts";
import { formatDay, formatTime, midnight } from "../format.ts";
import type { Line, Pending, RoomLog } from "../room-log.ts";
import { createAvatar } from "./avatar.ts";
import { arrange, byId, element, userText } from "./dom.ts";

/** Messages of one person that follow each other this closely stand together. */
const TOGETHER = 5 * 60_000;

/** How far from the end still counts as being there, in pixels. */
const NEAR = 48;

export class MessageLog {
  readonly #log = byId("log");
  readonly #messages = byId("messages");
  readonly #pendingList = byId("pending");
  readonly #empty = byId("empty");
  readonly #newer = byId("newer", HTMLButtonElement);
  readonly #retry: (key: string) => void;
  #room: RoomLog | undefined;
  #nodes = new Map<Line | Pending | number, HTMLElement>();
  #shown = 0;
  /** Whether the end is in view, and stays there as messages come. */
  #follows = true;
  #top = 0;

  /** `retry` is called with the key of a message to send again. */
  constructor(retry: (key: string) => void) {
    this.#retry = retry;
    this.#log.addEventListener("scroll", () => this.#scrolled());
    this.#newer.addEventListener("click", () => this.showEnd());
    new ResizeObserver(() => this.#follows && this.showEnd()).observe(this.#log);
  }

  render(state: ChatState): void {
    const { current } = state;
    if (current !== this.#room) this.#open(current);
    const nodes = new Map<Line | Pending | number, HTMLElement>();
    const keep = (key: Line | Pending | number, make: () => HTMLElement): HTMLElement => {
      const node = this.#nodes.get(key) ?? make();
      nodes.set(key, node);
      return node;
    };
    arrange(this.#messages, createLines(current.lines, state, keep));
    const pending = current.pending.map((one) => keep(one, () => this.#createPending(one, state)));
    arrange(this.#pendingList, pending);
    this.#nodes = nodes;
    const { lines, isJoined } = current;
    this.#empty.hidden = !isJoined || lines.length + pending.length > 0;
    this.#scroll(current);
  }

  showEnd(): void {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#newer.hidden = true;
    this.#follows = true;
  }

  #open(room: RoomLog): void {
    this.#room = room;
    this.#nodes.clear();
    this.#messages.replaceChildren();
    this.#pendingList.replaceChildren();
    this.#follows = true;
    this.#shown = 0;
  }

  #scrolled(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#log;
    // (The end may also have gone out of view because the log became smaller.)
    const wentUp = scrollTop < this.#top;
    this.#top = scrollTop;
    if (scrollHeight - scrollTop - clientHeight < NEAR) {
      this.#follows = true;
      this.#newer.hidden = true;
    } else if (wentUp) this.#follows = false;
  }

  #scroll({ lines, pending }: RoomLog): void {
    const shown = lines.length + pending.length;
    if (this.#follows) this.showEnd();
    else if (shown > this.#shown) this.#newer.hidden = false;
    this.#shown = shown;
  }

  #createPending({ key, text, problem }: Pending, { name }: ChatState): HTMLElement {
    const item = element(
      "li",
      "message pending mine",
      createAvatar(name),
      element("div", "head", userText("span", "author", name)),
      userText("div", "text", text),
    );
    if (problem === undefined) return item;
    const again = element("button", "", "Send again");
    again.type = "button";
    again.addEventListener("click", () => this.#retry(key));
    item.append(element("div", "failure", `Not sent: ${problem}`, again));
    return item;
  }
}

/** The elements for the lines, with a divider where a day begins. */
function* createLines(
  lines: readonly Line[],
  state: ChatState,
  keep: (key: Line | number, make: () => HTMLElement) => HTMLElement,
): Generator<HTMLElement> {
  let previous: Line | undefined;
  for (const line of lines) {
    const day = midnight(timeOf(line));
    if (!previous || midnight(timeOf(previous)) !== day) {
      yield keep(day, () => element("li", "day", formatDay(day, Date.now())));
    }
    const node = keep(line, () => createLine(line, state));
    node.classList.toggle("follows", follows(line, previous));
    yield node;
    previous = line;
  }
}

function createLine(line: Line, state: ChatState): HTMLElement {
  if (line.kind === "note") return userText("li", "note", line.text);
  const { key, name, text, time } = line.message;
  const when = element("time", "", formatTime(time));
  when.dateTime = new Date(time).toISOString();
  when.title = new Date(time).toLocaleString();
  const item = element(
    "li",
    "message",
    createAvatar(name),
    element("div", "head", userText("span", "author", name), when),
    userText("div", "text", text),
  );
  item.classList.toggle("mine", state.isOurs(key));
  return item;
}

function follows(line: Line, previous: Line | undefined): boolean {
  if (line.kind !== "message" || previous?.kind !== "message") return false;
  const { name, time } = line.message;
  return previous.message.name === name && time - previous.message.time < TOGETHER;
}

function timeOf(line: Line): number {
  return line.kind === "message" ? line.message.time : line.time;
}
