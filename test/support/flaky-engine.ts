/**
 * An engine between a server and a good one: it loses, delays and reorders what is published, and its calls fail.
 *
 * @module
 */

import type { Bus, BusListener, BusMessage } from "../../src/engine/bus.ts";
import type { Engine } from "../../src/engine/engine.ts";
import type { Presence } from "../../src/engine/presence.ts";
import type { Streams } from "../../src/engine/streams.ts";
import type { Random } from "./random.ts";
import { turns } from "./turns.ts";

/** How likely each thing is, from 0 to 1. */
export interface Flaws {
  lose: number;
  delay: number;
  /** A call is refused, before or after it was done. */
  fail: number;
  /** A call takes some turns of the event loop. */
  slow: number;
}

export const NO_FLAWS: Flaws = { lose: 0, delay: 0, fail: 0, slow: 0 };

/** `flaws` may be changed while it is used. */
export function flakyEngine(engine: Engine, random: Random, flaws: Flaws): Engine {
  const call = async <T>(run: () => Promise<T>): Promise<T> => {
    if (random.chance(flaws.slow)) await turns(random.below(3));
    const fails = random.chance(flaws.fail);
    if (fails && random.chance(0.5)) throw new Error("refused");
    const result = await run();
    if (random.chance(flaws.slow)) await turns(random.below(3));
    if (fails) throw new Error("refused, though it was done");
    return result;
  };
  return {
    bus: flakyBus(engine.bus, random, flaws, call),
    streams: engine.streams && flakyStreams(engine.streams, call),
    presence: engine.presence && flakyPresence(engine.presence, call),
    close: () => engine.close(),
  };
}

type Call = <T>(run: () => Promise<T>) => Promise<T>;

function flakyBus(bus: Bus, random: Random, flaws: Flaws, call: Call): Bus {
  return {
    node: bus.node,
    publish: (topic, data) => call(() => bus.publish(topic, data)),
    async subscribe(topic, listener) {
      let isOver = false;
      const flaky = unreliable(listener, random, flaws, () => isOver);
      const own = topic.startsWith("c:") ? flaky : listener;
      const end = await call(() => bus.subscribe(topic, own));
      return async () => {
        isOver = true;
        await end();
      };
    },
    send: (node, data) => call(() => bus.send(node, data)),
    receive: (listener) => bus.receive(listener),
    nodes: () => call(() => bus.nodes()),
  };
}

/** Only what has a position: the loss of anything else can't be noticed, and nobody promises to. */
function unreliable(
  listener: BusListener,
  random: Random,
  flaws: Flaws,
  isOver: () => boolean,
): BusListener {
  const pass = (message: BusMessage): void => {
    if (!isOver()) listener(message);
  };
  return (message) => {
    if (!message.position) return pass(message);
    if (random.chance(flaws.lose)) return;
    if (random.chance(flaws.delay)) void turns(1 + random.below(3)).then(() => pass(message));
    else pass(message);
  };
}

function flakyStreams(streams: Streams, call: Call): Streams {
  return {
    append: (topic, data, options) => call(() => streams.append(topic, data, options)),
    read: (topic, options) => call(() => streams.read(topic, options)),
    remove: (topic) => call(() => streams.remove(topic)),
  };
}

function flakyPresence(presence: Presence, call: Call): Presence {
  return {
    add: (topic, client, entry, ttl) => call(() => presence.add(topic, client, entry, ttl)),
    remove: (topic, client) => call(() => presence.remove(topic, client)),
    list: (topic) => call(() => presence.list(topic)),
    count: (topic) => call(() => presence.count(topic)),
  };
}
