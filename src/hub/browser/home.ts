/**
 * The hub's first page: numbers that follow what is going on.
 *
 * @module
 */

import { reconnecting } from "../../client/browser/index.ts";
import { formatDuration, plural } from "./format.ts";
import { byId, element, setText } from "./view/dom.ts";

/** What the server says; `HubStatus` of ../status.ts. */
interface Status {
  readonly version: string;
  readonly uptime: number;
  readonly connections: number;
  readonly endpoints: readonly { readonly path: string; readonly connections: number }[];
  readonly chat?: { readonly people: number; readonly rooms: number };
}

const MAX_DELAY = 5000;

/** Endpoints that are not served by every hub. (There is no count of those by plain HTTP.) */
const OPTIONAL = ["/echo", "/wamp", "rawsocket", "/websocket", "/sockjs"];

const url = new URL("/status", location.href);
url.protocol = url.protocol.replace("http", "ws");
setText(byId("echo-url"), new URL("/echo", url).href);
void follow();

async function follow(): Promise<never> {
  const connections = reconnecting(url, {
    maxDelay: MAX_DELAY,
    onRetry: () => showState("offline", "Not running"),
  });
  for await (const connection of connections) {
    showState("online", "Running");
    const each = (message: string | Uint8Array): void => {
      show(JSON.parse(String(message)) as Status);
    };
    await connection.forEach(each).catch(() => {});
  }
  throw new Error("reconnecting has no end");
}

function showState(state: "online" | "offline", text: string): void {
  const pill = byId("state");
  pill.dataset["state"] = state;
  setText(pill, text);
}

function show({ version, uptime, connections, endpoints, chat }: Status): void {
  setText(byId("version"), version);
  setText(byId("uptime"), formatDuration(uptime));
  setText(byId("connections"), String(connections));
  for (const id of ["chat-card", "chat-demo", "todo-demo", "wamp-demo", "terminal"])
    byId(id).hidden = chat === undefined;
  byId("closed").hidden = chat !== undefined;
  if (chat) {
    const rooms = element("small", "", ` in ${plural(chat.rooms, "room")}`);
    byId("chat").replaceChildren(plural(chat.people, "person", "people"), rooms);
  }
  for (const row of byId("endpoints").querySelectorAll<HTMLElement>("[data-path]")) {
    const { path = "" } = row.dataset;
    const endpoint = endpoints.find((one) => one.path === path);
    row.hidden = OPTIONAL.includes(path) && !endpoint;
    if (endpoint) setText(row.lastElementChild as Element, String(endpoint.connections));
  }
}
