/**
 * Where messages are written. What was typed is kept while there is no connection, and for each room.
 *
 * @module
 */

import { MAX_TEXT } from "../../chat/limits.ts";
import { cleanText } from "../../chat/text.ts";
import type { ChatState } from "../chat-state.ts";
import type { RoomLog } from "../room-log.ts";
import { byId, setText } from "./dom.ts";

/** From here on the length is shown. */
const LONG = MAX_TEXT * 0.8;

export class Composer {
  readonly #draft = byId("draft", HTMLTextAreaElement);
  readonly #button = byId("send", HTMLButtonElement);
  readonly #note = byId("composer-note");
  readonly #state: ChatState;
  readonly #say: (text: string) => boolean;
  #room: RoomLog | undefined;

  /** `say` sends a message, and returns whether it could. */
  constructor(state: ChatState, say: (text: string) => boolean) {
    this.#state = state;
    this.#say = say;
    byId("composer").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#draft.addEventListener("keydown", (event) => {
      // (Enter also ends the input of a composed character.)
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.#draft.addEventListener("input", () => {
      if (this.#room) this.#room.draft = this.#draft.value;
      this.render();
    });
  }

  focus(): void {
    this.#draft.focus();
  }

  render(): void {
    const { current } = this.#state;
    if (current !== this.#room) {
      this.#room = current;
      this.#draft.value = current.draft;
      this.#draft.placeholder = `Message #${current.name}`;
    }
    this.#fit();
    this.#button.disabled = !current.isJoined;
    this.#explain(current.isJoined);
  }

  #explain(canSend: boolean): void {
    const { length } = this.#draft.value;
    const isOffline = this.#state.link.state === "offline";
    const isHint = canSend && length <= LONG;
    this.#note.classList.toggle("alert", isOffline);
    this.#note.classList.toggle("hint", isHint);
    if (isOffline) setText(this.#note, "You can send once the connection is back.");
    else if (!canSend) setText(this.#note, "");
    else if (!isHint) setText(this.#note, `${length} of ${MAX_TEXT} characters`);
    else setText(this.#note, length > 0 ? "Enter sends, Shift + Enter begins a new line" : "");
  }

  #submit(): void {
    const text = cleanText(this.#draft.value);
    if (text === undefined || !this.#say(text)) return;
    this.#draft.value = "";
    if (this.#room) this.#room.draft = "";
    this.render();
  }

  /** Grows with what is typed, as far as the style allows. */
  #fit(): void {
    const { style } = this.#draft;
    style.height = "auto";
    const border = this.#draft.offsetHeight - this.#draft.clientHeight;
    style.height = `${this.#draft.scrollHeight + border}px`;
  }
}
