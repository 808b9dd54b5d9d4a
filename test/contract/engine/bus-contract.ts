/**
 * The contract of a bus: every engine passes it.
 *
 * @module
 */

import { describe, expect, test } from "vitest";
import { StateError } from "../../../src/errors.ts";
import type { Bus } from "../../../src/engine/bus.ts";
import { rejection } from "../../support/turns.ts";
import { Fixture, STRANGE_NAMES } from "./engine-case.ts";
import type { OpenCase } from "./engine-case.ts";

export function busContract(name: string, open: OpenCase): void {
  describe(`bus: ${name}`, () => {
    const fixture = new Fixture(open);
    const bus = (): Bus => fixture.first.bus;
    const other = (): Bus => fixture.second.bus;
    const settle = (): Promise<void> => fixture.current.settle();

    /** Subscribes, and returns what comes. */
    async function hear(to: Bus, topic: string): Promise<string[]> {
      const heard: string[] = [];
      await to.subscribe(topic, ({ data }) => void heard.push(data));
      return heard;
    }

    test("what is published once subscribe has resolved is delivered", async () => {
      const heard = await hear(bus(), "a");
      await other().publish("a", "1");
      await settle();
      expect(heard).toEqual(["1"]);
    });

    test("to a topic that nobody has subscribed to, publishing does nothing", async () => {
      await bus().publish("nobody", "1");
      const heard = await hear(bus(), "nobody");
      await settle();
      expect(heard).toEqual([]);
    });

    test("a message that was only published has no position", async () => {
      const positions: unknown[] = [];
      await bus().subscribe("a", ({ position }) => void positions.push(position));
      await other().publish("a", "1");
      await settle();
      expect(positions).toEqual([undefined]);
    });

    test("each subscriber gets each message once, in the order in which a sender published", async () => {
      const heard = [await hear(bus(), "a"), await hear(other(), "a"), await hear(bus(), "a")];
      const sent = Array.from({ length: 100 }, (_, index) => String(index));
      // (Not awaited one by one: the order is that of the calls.)
      await Promise.all(sent.map((data) => other().publish("a", data)));
      await settle();
      for (const one of heard) expect(one).toEqual(sent);
    });

    test("two senders: each one's messages are in order", async () => {
      const heard = await hear(bus(), "a");
      const numbers = Array.from({ length: 30 }, (_, index) => index);
      await Promise.all(
        numbers.flatMap((at) => [bus().publish("a", `x${at}`), other().publish("a", `y${at}`)]),
      );
      await settle();
      for (const sender of ["x", "y"]) {
        const own = heard.filter((data) => data.startsWith(sender));
        expect(own).toEqual(numbers.map((at) => `${sender}${at}`));
      }
      expect(heard).toHaveLength(60);
    });

    test("the same function may be subscribed twice, and each is ended on its own", async () => {
      const heard: string[] = [];
      const listener = ({ data }: { data: string }): void => void heard.push(data);
      const end = await bus().subscribe("a", listener);
      await bus().subscribe("a", listener);
      await bus().publish("a", "1");
      await settle();
      expect(heard).toEqual(["1", "1"]);
      await end();
      await end();
      await bus().publish("a", "2");
      await settle();
      expect(heard).toEqual(["1", "1", "2"]);
    });

    test("nothing is delivered from the call that unsubscribes on", async () => {
      const heard: string[] = [];
      const end = await bus().subscribe("a", ({ data }) => void heard.push(data));
      const published = other().publish("a", "1");
      const ended = end();
      const before = heard.length;
      await Promise.all([published, ended]);
      await other().publish("a", "2");
      await settle();
      expect(heard).toHaveLength(before);
    });

    test("a listener may unsubscribe itself and others", async () => {
      const heard: string[] = [];
      const ends: (() => Promise<void>)[] = [];
      for (const who of ["x", "y", "z"]) {
        ends.push(
          await bus().subscribe("a", ({ data }) => {
            heard.push(`${who}${data}`);
            for (const end of ends) void end();
          }),
        );
      }
      await other().publish("a", "1");
      await other().publish("a", "2");
      await settle();
      expect(heard).toHaveLength(1);
    });

    test("a listener may publish: everybody hears it after what it answers", async () => {
      const heard: [string[], string[]] = [[], []];
      await bus().subscribe("a", ({ data }) => {
        heard[0].push(data);
        if (data.length < 5) void bus().publish("a", `${data}+`);
      });
      await bus().subscribe("a", ({ data }) => void heard[1].push(data));
      await bus().publish("a", "1");
      await settle();
      await settle();
      expect(heard[0]).toEqual(["1", "1+", "1++", "1+++", "1++++"]);
      expect(heard[1]).toEqual(heard[0]);
    });

    test("a listener may subscribe, again and again", async () => {
      let count = 0;
      const listener = (): void => {
        if (++count < 10_000) void bus().subscribe("a", listener);
      };
      await bus().subscribe("a", listener);
      await bus().publish("a", "1");
      await settle();
      // (Whether the new one hears what is being delivered is not said; each hears it at most once, and it ends.)
      expect(count).toBeLessThan(10);
    });

    test("topics are names and nothing else", async () => {
      const heard = new Map<string, string[]>();
      for (const topic of STRANGE_NAMES) heard.set(topic, await hear(bus(), topic));
      for (const topic of STRANGE_NAMES) await other().publish(topic, `for ${topic}`);
      await settle();
      for (const topic of STRANGE_NAMES) expect(heard.get(topic)).toEqual([`for ${topic}`]);
    });

    test("data is any text", async () => {
      const heard = await hear(bus(), "a");
      const sent = ["", "\0", "é", "👩‍🚀", "\r\n", "x".repeat(300_000)];
      for (const data of sent) await other().publish("a", data);
      await settle();
      expect(heard).toEqual(sent);
    });

    test("each node has a name, and knows who is alive", async () => {
      const names = fixture.current.engines.map((engine) => engine.bus.node);
      expect(new Set(names).size).toBe(names.length);
      expect([...(await bus().nodes())].sort()).toEqual([...names].sort());
    });

    test("what is sent to a node reaches its receivers, in order, and nobody else", async () => {
      const heard: string[] = [];
      const end = bus().receive((data, from) => void heard.push(`${data} from ${from}`));
      await other().send(bus().node, "1");
      await other().send(bus().node, "2");
      await other().send("nobody", "3");
      await settle();
      expect(heard).toEqual([`1 from ${other().node}`, `2 from ${other().node}`]);
      end();
      end();
      await other().send(bus().node, "4");
      await settle();
      expect(heard).toHaveLength(2);
    });

    test("a receiver may send: all receivers hear it after what it answers", async () => {
      const heard: string[] = [];
      bus().receive((data) => {
        if (data === "1") void bus().send(bus().node, "2");
      });
      bus().receive((data) => void heard.push(data));
      await other().send(bus().node, "1");
      await settle();
      await settle();
      expect(heard).toEqual(["1", "2"]);
    });

    test("once closed, everything rejects and nothing is delivered", async () => {
      const heard: string[] = [];
      const end = await bus().subscribe("a", ({ data }) => {
        heard.push(data);
        void fixture.first.close();
      });
      await bus().subscribe("a", ({ data }) => void heard.push(data));
      await bus().publish("a", "1");
      await settle();
      await fixture.first.close();
      expect(heard.length).toBeLessThanOrEqual(1);
      for (const asked of [
        bus().publish("a", "2"),
        bus().subscribe("a", () => {}),
        bus().send(bus().node, "2"),
        bus().nodes(),
      ]) {
        expect(await rejection(asked)).toBeInstanceOf(StateError);
      }
      // What lets go of things can be called at any time.
      await end();
      bus().receive(() => {})();
      await fixture.first.close();
    });
  });
}
