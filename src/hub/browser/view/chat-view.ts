/**
 * The whole page of the chat, as the state has it.
 *
 * @module
 */

import type { ChatClient } from "../chat-client.ts";
import type { ChatState } from "../chat-state.ts";
import { paintAvatar } from "./avatar.ts";
import { Composer } from "./composer.ts";
import { ConnectionBanner } from "./connection-banner.ts";
import { byId, setText } from "./dom.ts";
import { MessageLog } from "./message-log.ts";
import { NameDialog } from "./name-dialog.ts";
import { Panels } from "./panels.ts";
import { PeoplePanel } from "./people-panel.ts";
import { RoomsPanel } from "./rooms-panel.ts";
import { Toast } from "./toast.ts";

export class ChatView {
  readonly dialog: NameDialog = new NameDialog();
  readonly #state: ChatState;
  readonly #client: ChatClient;
  readonly #panels = new Panels();
  readonly #rooms: RoomsPanel;
  readonly #people = new PeoplePanel();
  readonly #log: MessageLog;
  readonly #composer: Composer;
  readonly #banner = new ConnectionBanner();
  readonly #toast = new Toast();
  readonly #leave = byId("leave", HTMLButtonElement);
  #isScheduled = false;
  #shownRoom = "";

  /** `showRoom` makes a room the one in the address. */
  constructor(state: ChatState, client: ChatClient, showRoom: (room: string) => void) {
    this.#state = state;
    this.#client = client;
    this.#rooms = new RoomsPanel(showRoom);
    this.#log = new MessageLog((key) => client.retry(key));
    this.#composer = new Composer(state, (text) => this.#say(text));
    this.#leave.addEventListener("click", () => client.leaveRoom(state.current.name));
    byId("rename").addEventListener("click", () => this.#rename());
    // (Not by animation frames, which a tab in the background does not get: its title has to change.)
    state.onChange = () => {
      if (this.#isScheduled) return;
      this.#isScheduled = true;
      queueMicrotask(() => this.render());
    };
  }

  /** The person is in, and may type. */
  start(): void {
    this.#composer.focus();
  }

  render(): void {
    this.#isScheduled = false;
    const state = this.#state;
    const { current, name, unread } = state;
    if (current.name !== this.#shownRoom) this.#switch(current.name);
    setText(byId("room-title"), `#${current.name}`);
    setText(byId("me-name"), name);
    paintAvatar(byId("me-avatar"), name);
    this.#leave.hidden = !current.isJoined || state.rooms.size < 2;
    byId("unread-elsewhere").hidden = unread === current.unread;
    this.#rooms.render(state);
    this.#people.render(state);
    this.#log.render(state);
    this.#composer.render();
    this.#banner.render(state.link);
    document.title = `${unread > 0 ? `(${unread}) ` : ""}#${current.name} – Chat`;
    this.#tell();
  }

  #switch(room: string): void {
    const isFirst = this.#shownRoom === "";
    this.#shownRoom = room;
    this.#panels.close();
    // (Where there is no keyboard, the focus would bring up the one on the screen.)
    if (!isFirst && !matchMedia("(pointer: coarse)").matches) this.#composer.focus();
  }

  #say(text: string): boolean {
    const couldSend = this.#client.say(text);
    if (couldSend) this.#log.showEnd();
    return couldSend;
  }

  #rename(problem = ""): void {
    this.dialog.change(this.#state.name, (name) => this.#client.rename(name), problem);
  }

  #tell(): void {
    const { notice, nameProblem } = this.#state;
    this.#state.notice = undefined;
    this.#state.nameProblem = undefined;
    if (notice !== undefined) this.#toast.show(notice);
    if (nameProblem !== undefined) this.#rename(nameProblem);
  }
}
