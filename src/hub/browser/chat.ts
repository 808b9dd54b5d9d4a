/**
 * The chat's page: the beginning.
 *
 * @module
 */

import { connect } from "../../client/browser/index.ts";
import { LOBBY } from "../chat/limits.ts";
import { cleanName, cleanRoom } from "../chat/text.ts";
import { ChatClient } from "./chat-client.ts";
import { ChatState } from "./chat-state.ts";
import { recall, remember } from "./memory.ts";
import { createToken } from "./token.ts";
import { ChatView } from "./view/chat-view.ts";

const tab = recall("sessionStorage", "tab") ?? createToken();
remember("sessionStorage", "tab", tab);

const state = new ChatState(tab, roomOfAddress(), Date.now);
const url = new URL("/connection/websocket", location.href);
url.protocol = url.protocol.replace("http", "ws");
const client = new ChatClient(state, tab, ({ signal }) => connect(url, { signal }));
const view = new ChatView(state, client, (room) => {
  location.hash = encodeURIComponent(room);
});

addEventListener("hashchange", () => client.openRoom(roomOfAddress()));
document.addEventListener("visibilitychange", () => {
  state.isVisible = !document.hidden;
  if (!document.hidden) client.check();
});
for (const event of ["online", "offline"]) addEventListener(event, () => client.check());

const known = cleanName(recall("sessionStorage", "name") ?? "");
if (known !== undefined) start(known);
else {
  const suggestion = recall("localStorage", "name") ?? "";
  view.dialog.welcome(state.current.name, suggestion, start);
}
view.render();

function start(name: string): void {
  state.name = name;
  state.setLink({ state: "connecting" });
  const render = state.onChange;
  state.onChange = () => {
    keepUp();
    render();
  };
  client.start();
  view.start();
}

/** What the browser has to know of the state: the name for the next time, and the room in the address. */
function keepUp(): void {
  const { name, current } = state;
  if (name !== recall("sessionStorage", "name")) {
    remember("sessionStorage", "name", name);
    remember("localStorage", "name", name);
  }
  if (current.name !== roomOfAddress()) {
    history.replaceState(null, "", `#${encodeURIComponent(current.name)}`);
  }
}

function roomOfAddress(): string {
  try {
    return cleanRoom(decodeURIComponent(location.hash)) ?? LOBBY;
  } catch {
    return LOBBY;
  }
}
