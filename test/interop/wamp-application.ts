/**
 * The application's session at a router for peers of others: what they call there, and what it does for them.
 *
 * @module
 */

import { WampError } from "../../src/wamp/client/index.ts";
import type { WampClient } from "../../src/wamp/client/index.ts";
import type { Router } from "../../src/wamp/router/index.ts";

/** Joins the router's realm within the process, and serves `com.node.…` there. */
export async function startApplication(router: Router): Promise<void> {
  const session = await router.session("realm1");
  await serveCalls(session);
  await serveLongCalls(session);
  await serveEvents(session);
  await serveRevocations(session);
}

async function serveCalls(session: WampClient): Promise<void> {
  await session.register("com.node.echo", ({ args }) => args[0]);
  await session.register("com.node.fail", () => {
    throw new WampError("com.node.failed", ["why"], { code: 7 });
  });
  await session.register("com.node.who", ({ details }) => details.caller ?? "nobody");
}

async function serveLongCalls(session: WampClient): Promise<void> {
  await session.register("com.node.progress", async function* progress({ args: [count] }) {
    for (let number = 0; number < (count as number); number++) yield number;
    return "done";
  });
  const sum = async function* ({
    chunks,
  }: {
    chunks: AsyncIterable<{ args: readonly unknown[] }>;
  }) {
    let total = 0;
    for await (const { args } of chunks) yield (total += args[0] as number);
    return total;
  };
  await session.register("com.node.sum", sum, { chunks: true });
  let interruptions = 0;
  await session.register("com.node.slow", ({ signal }) => {
    return new Promise((_, reject) => {
      signal.addEventListener("abort", () => {
        interruptions++;
        reject(new WampError("com.node.interrupted"));
      });
    });
  });
  await session.register("com.node.interruptions", () => interruptions);
}

async function serveEvents(session: WampClient): Promise<void> {
  await session.register("com.node.publish", async ({ args: [topic, value] }) => {
    await session.publish(topic as string, [value], { acknowledge: true });
  });
  await session.register("com.node.retain", async ({ args: [topic, value] }) => {
    await session.publish(topic as string, [value], { acknowledge: true, retain: true });
  });
}

async function serveRevocations(session: WampClient): Promise<void> {
  await session.register("com.node.revoke", ({ args: [kind, ...rest] }) => {
    const remove = kind === "registration" ? "remove_callee" : "remove_subscriber";
    return session.call(`wamp.${String(kind)}.${remove}`, rest, { kwargs: { reason: "com.why" } });
  });
}
