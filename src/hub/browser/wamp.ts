/**
 * The page of WAMP: offers, calls, follows and publishes, and tells what came of it.
 *
 * @module
 */

import { reconnecting } from "../../client/browser/index.ts";
import { byId, element, setText, userText } from "./view/dom.ts";
import { joinRealm, SUBPROTOCOLS } from "./wamp-session.ts";
import type { WampSession } from "./wamp-session.ts";

const REALM = "realm1";
const MAX_DELAY = 5000;

/** How many lines the page keeps. */
const MAX_LINES = 200;

const url = new URL("/wamp", location.href);
url.protocol = url.protocol.replace("http", "ws");

/** What this tab offers and follows, also after it has joined again. */
const procedures = new Set<string>();
const topics = new Set<string>();
let session: WampSession | undefined;

listen("register", async (joined, { uri }) => {
  await offer(joined, uri);
  procedures.add(uri);
  tell("good", `offers ${uri}`);
});

listen("call", async (joined, { uri, args }) => {
  const result = await joined.call(uri, args);
  tell("good", `${uri} answered ${show(result)}`);
});

listen("subscribe", async (joined, { uri }) => {
  await follow(joined, uri);
  topics.add(uri);
  tell("good", `follows ${uri}`);
});

listen("publish", async (joined, { uri, args }) => {
  await joined.publish(uri, args);
  tell("good", `published ${show(args)} to ${uri}`);
});

void stayJoined();

async function stayJoined(): Promise<never> {
  const onRetry = (): void => showState("offline", "Not connected");
  const options = { subprotocols: SUBPROTOCOLS, maxDelay: MAX_DELAY, onRetry };
  for await (const connection of reconnecting(url, options)) {
    try {
      const joined = await joinRealm(connection, REALM);
      session = joined;
      showState("online", `Session ${joined.id}`);
      for (const uri of procedures) await offer(joined, uri);
      for (const uri of topics) await follow(joined, uri);
      await joined.closed;
    } catch (error) {
      tell("bad", describe(error));
    }
    session = undefined;
    showState("offline", "Not connected");
    await connection.close();
  }
  throw new Error("reconnecting has no end");
}

function offer(joined: WampSession, uri: string): Promise<void> {
  return joined.register(uri, (args) => {
    tell("", `was called: ${uri} with ${show(args)}`);
    return `Hello, ${args.map((one) => (typeof one === "string" ? one : show(one))).join(", ")}!`;
  });
}

function follow(joined: WampSession, uri: string): Promise<void> {
  return joined.subscribe(uri, (args) => tell("", `${uri} brought ${show(args)}`));
}

/** What is in a form. */
interface Entry {
  readonly uri: string;
  readonly args: readonly unknown[];
}

function listen(id: string, act: (joined: WampSession, entry: Entry) => Promise<void>): void {
  const form = byId(id, HTMLFormElement);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void run(form, act);
  });
}

async function run(
  form: HTMLFormElement,
  act: (joined: WampSession, entry: Entry) => Promise<void>,
): Promise<void> {
  try {
    const entry = read(new FormData(form));
    if (!session) throw new Error("this tab is not connected");
    await act(session, entry);
  } catch (error) {
    tell("bad", describe(error));
  }
}

function read(data: FormData): Entry {
  const args = data.get("args");
  return { uri: text(data.get("uri")).trim(), args: args === null ? [] : parseArgs(text(args)) };
}

function text(value: FormDataEntryValue | null): string {
  return typeof value === "string" ? value : "";
}

function parseArgs(given: string): readonly unknown[] {
  try {
    return JSON.parse(`[${given}]`) as unknown[];
  } catch {
    throw new Error(`these are no values in JSON: ${given}`);
  }
}

function showState(state: "online" | "offline", what: string): void {
  const pill = byId("state");
  pill.dataset["state"] = state;
  setText(pill, what);
}

function tell(kind: "good" | "bad" | "", what: string): void {
  const log = byId("log");
  const time = element("time", "", new Date().toLocaleTimeString());
  const line = element("li", kind, time, userText("span", "", what));
  log.prepend(line);
  while (log.children.length > MAX_LINES) log.lastElementChild?.remove();
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? "nothing";
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : show(error);
}
