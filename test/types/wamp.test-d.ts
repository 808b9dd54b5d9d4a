/** What the compiler knows of a client of WAMP: the application's procedures, topics and errors, where it says what they are. */

import { connect } from "fullduplex";
import { joinRealm, WampError, WampResult, wampClient } from "fullduplex/wamp";
import type { Event, Invocation, ProgressiveCall, WampClient } from "fullduplex/wamp";
import type { Router } from "fullduplex/wamp/router";
import { assignable, equal } from "./support/assert.ts";

interface App {
  procedures: {
    "com.app.add": (a: number, b: number) => number;
    "com.app.now": () => string;
    "com.app.greet": (name?: string) => string;
    "com.app.count": (to: number) => AsyncGenerator<number, string>;
    "com.app.find": { args: [query: string]; kwargs: { limit: number }; result: string[] };
    "com.app.log": { kwargs: { level?: string } };
    "com.app.void": () => void;
  };
  topics: {
    "com.app.tick": [n: number];
    "com.app.moved": { args: [id: string]; kwargs: { x: number } };
    "com.app.any": unknown[];
  };
  errors: { "com.app.error.full": [limit: number] };
}

const open: Parameters<typeof wampClient>[0] = ({ subprotocols, signal }) =>
  connect("ws://localhost", { subprotocols, signal });

export async function calls(client: WampClient<App>): Promise<void> {
  equal<number, Awaited<ReturnType<typeof add>>>(true);
  const add = () => client.call("com.app.add", [1, 2]);
  const now: string = await client.call("com.app.now");
  void client.call("com.app.greet");
  void client.call("com.app.greet", ["joe"], { timeout: 1000 });
  const found: string[] = await client.call("com.app.find", ["a"], { kwargs: { limit: 1 } });
  void client.call("com.app.log");
  void client.call("com.app.log", [], { kwargs: { level: "info" } });
  const { value, details } = await client.callResult("com.app.add", [1, 2]);
  equal<typeof value, number>(true);
  void [now, found, details];

  // @ts-expect-error: there is no such procedure
  void client.call("com.app.sub", [1, 2]);
  // @ts-expect-error: the arguments are missing
  void client.call("com.app.add");
  // @ts-expect-error: one argument is missing
  void client.call("com.app.add", [1]);
  // @ts-expect-error: it adds no strings
  void client.call("com.app.add", ["1", "2"]);
  // @ts-expect-error: the keyword arguments are missing
  void client.call("com.app.find", ["a"]);
  // @ts-expect-error: limit is a number
  void client.call("com.app.find", ["a"], { kwargs: { limit: "1" } });
  // @ts-expect-error: it takes no keyword arguments
  void client.call("com.app.add", [1, 2], { kwargs: { a: 1 } });
  // @ts-expect-error: arguments are a list
  void client.call("com.app.add", 1, 2);
  // @ts-expect-error: there is no such option
  void client.call("com.app.now", [], { receiveProgress: true });
  // @ts-expect-error: there is no such mode
  void client.call("com.app.now", [], { cancelMode: "abort" });
  // The protocol's own are untyped.
  equal<Awaited<ReturnType<typeof count>>, unknown>(true);
  const count = () => client.call("wamp.session.count", [["user"]]);
}

export async function progresses(client: WampClient<App>): Promise<void> {
  const counting = client.callProgress("com.app.count", [3]);
  equal<typeof counting, ProgressiveCall<number, string>>(true);
  for await (const { value } of counting) equal<typeof value, number>(true);
  equal<string, Awaited<typeof counting.result>["value"]>(true);
  async function* pairs(): AsyncGenerator<[number, number], void> {
    yield [1, 2];
  }
  async function* strings(): AsyncGenerator<[string], void> {
    yield ["a"];
  }
  void client.call("com.app.add", pairs());
  // @ts-expect-error: they are no arguments of it
  void client.call("com.app.add", strings());
}

export async function registers(client: WampClient<App>): Promise<void> {
  await using registration = await client.register("com.app.add", ({ args: [a, b] }) => a + b);
  // @ts-expect-error: it is the router's
  registration.id = 7;
  void client.register("com.app.add", ({ args: [a, b] }) => Promise.resolve(a + b));
  void client.register("com.app.add", () => new WampResult([3]));
  void client.register("com.app.void", () => {});
  void client.register("com.app.find", ({ args: [query], kwargs: { limit } }) => {
    equal<typeof limit, number>(true);
    return [query];
  });
  void client.register("com.app.count", async function* ({ args: [to], progress }) {
    for (let n = 0; n < to; n++) yield n;
    await progress(7);
    // @ts-expect-error: its progress is a number
    await progress("seven");
    return "done";
  });
  void client.register("com.", ({ procedure, args }) => [procedure, args], { match: "prefix" });
  // @ts-expect-error: it returns a number
  void client.register("com.app.add", () => "three");
  // @ts-expect-error: there is no such procedure
  void client.register("com.app.sub", () => 1);
  // @ts-expect-error: there is no such policy
  void client.register("com.app.now", () => "", { invoke: "all" });
}

export async function publishes(client: WampClient<App>): Promise<void> {
  void client.publish("com.app.tick", [1]);
  const id: number = await client.publish("com.app.tick", [1], { acknowledge: true });
  void client.publish("com.app.moved", ["a"], { kwargs: { x: 1 }, exclude_me: false });
  void client.publish("com.app.any");
  void id;
  // @ts-expect-error: the argument is missing
  void client.publish("com.app.tick");
  // @ts-expect-error: it is a number
  void client.publish("com.app.tick", ["1"]);
  // @ts-expect-error: there is no such topic
  void client.publish("com.app.tock", [1]);
  // @ts-expect-error: the keyword arguments are missing
  void client.publish("com.app.moved", ["a"]);
  // @ts-expect-error: that is no option
  void client.publish("com.app.tick", [1], { excludeMe: false });
}

export async function subscribes(client: WampClient<App>): Promise<void> {
  await using subscription = await client.subscribe("com.app.tick", ({ args: [n] }) => {
    equal<typeof n, number>(true);
  });
  void subscription;
  void client.subscribe("com.app.moved", ({ kwargs }) => equal<typeof kwargs.x, number>(true));
  for await (const event of await client.events("com.app.tick", { overflow: "drop" })) {
    equal<typeof event.args, [n: number]>(true);
    // @ts-expect-error: others get it too
    event.topic = "";
  }
  void client.subscribe("com..x", ({ topic, args }) => [topic, args], { match: "wildcard" });
  // @ts-expect-error: a pattern has to say so
  void client.subscribe("com.", () => {});
  // @ts-expect-error: it has no string
  void client.subscribe("com.app.tick", ({ args: [n] }: Event<[string]>) => n);
  // @ts-expect-error: there is no such topic
  void client.events("com.app.tock");
  // @ts-expect-error: there is no such policy
  void client.events("com.app.tick", { overflow: "block" });
}

export function fails(client: WampClient<App>, error: unknown): void {
  if (client.isError(error, "com.app.error.full")) {
    const [limit] = error.args;
    equal<typeof limit, number | undefined>(true);
  }
  // @ts-expect-error: there is no such error
  client.isError(error, "com.app.error.empty");
  void new WampError("com.app.error.full", [7]);
}

export async function isUntyped(): Promise<void> {
  await using client = wampClient(open, { realm: "realm1" });
  const result = await client.call("com.any", [1, "a"], { kwargs: { b: 2 } });
  equal<typeof result, unknown>(true);
  void client.register(
    "com.any",
    ({ args: [a, b], kwargs }) => Number(a) + Number(b) + Number(kwargs["c"]),
  );
  void client.register("com.any", (call) => equal<typeof call, Invocation>(true));
  void client.register("com.any", async function* () {
    yield 1;
  });
  void client.publish("com.any", [1], { kwargs: { b: 2 }, acknowledge: true });
  void client.subscribe("com.any", ({ args: [first] }) => equal<typeof first, unknown>(true));
  // @ts-expect-error: nobody knows that it is a number
  void client.subscribe("com.any", ({ args: [n] }) => n + 1);
}

interface Partly {
  topics: { "com.app.tick": [n: number] };
}

export function isPartlyTyped(client: WampClient<Partly>): void {
  void client.call("com.any", [1]);
  // @ts-expect-error: topics are typed
  void client.publish("com.any", [1]);
}

export async function connects(): Promise<void> {
  const { status } = wampClient<App>(open, { realm: "realm1" });
  // @ts-expect-error: only a client that is connected has a session
  void status.session;
  if (status.state === "connected") equal<typeof status.session.id, number>(true);
  const client: WampClient<App> = await joinRealm<App>(await connect("ws://localhost"), {
    realm: "realm1",
  });
  void client;
  // @ts-expect-error: there must be a realm
  wampClient(open, {});
  // @ts-expect-error: one session has no delays
  void joinRealm(await connect("ws://localhost"), { realm: "realm1", maxDelay: 1 });
}

// @ts-expect-error: an address is no connection
wampClient("ws://localhost", { realm: "realm1" });
assignable<Promise<string>, ReturnType<typeof open>>(false);

export async function isTypedWithinTheProcess(router: Router): Promise<void> {
  const session = await router.session<App>("realm1", { authrole: "backend" });
  equal<typeof session, WampClient<App>>(true);
  equal<Awaited<ReturnType<typeof plain>>, WampClient>(true);
  const plain = (): Promise<WampClient> => router.session("realm1");
  // @ts-expect-error: an option that there is not
  void router.session("realm1", { role: "backend" });
}
