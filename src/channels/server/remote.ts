/**
 * What the server API asks of clients, wherever they are: it goes to all nodes, and each deals with its own.
 *
 * @module
 */

import type { Unsubscribe } from "../../engine/bus.ts";
import type { Timer } from "../../util/clock.ts";
import { DisconnectCode, UnsubscribeCode } from "../protocol/codes.ts";
import { begin, open } from "./commands/subscribe.ts";
import { CONTROL_TOPIC, decodeControl, encodeControl } from "./control.ts";
import type { Control } from "./control.ts";
import type { Registry } from "./registry.ts";
import type { Session } from "./session.ts";
import type { SessionServer } from "./session-server.ts";

/** How long to wait before listening is tried again, in milliseconds. */
const RETRY = 1_000;

export class Remote {
  readonly #server: SessionServer;
  readonly #registry: Registry;
  readonly #fail: (error: unknown) => void;
  #listening: Promise<Unsubscribe>;
  #retry: Timer;
  #isStopped = false;

  /** `fail` is told when the engine can't be listened to; it is tried again then. */
  constructor(server: SessionServer, registry: Registry, fail: (error: unknown) => void) {
    this.#server = server;
    this.#registry = registry;
    this.#fail = fail;
    this.#listening = this.#listen();
  }

  /** Resolves when the engine has taken it. */
  async command(control: Control): Promise<void> {
    // (Otherwise this node would not hear of it.)
    await this.#listening;
    await this.#server.engine.bus.publish(CONTROL_TOPIC, encodeControl(control));
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#server.clock.clearTimeout(this.#retry);
    await this.#listening.then((stop) => stop()).catch(() => {});
  }

  #listen(): Promise<Unsubscribe> {
    const { clock, engine } = this.#server;
    const listening = engine.bus.subscribe(CONTROL_TOPIC, ({ data }) => this.#obey(data));
    listening.catch((error: unknown) => {
      this.#fail(error);
      if (this.#isStopped) return;
      this.#retry = clock.setTimeout(() => {
        this.#listening = this.#listen();
      }, RETRY);
    });
    return listening;
  }

  /** Must not throw, whatever another node sends. */
  #obey(text: string): void {
    try {
      const control = decodeControl(text);
      for (const session of this.#registry.find(control)) {
        if (session.isConnected && !session.isOver) this.#apply(control, session);
      }
    } catch (error) {
      this.#server.logger.error("a command of another node could not be obeyed", error);
    }
  }

  #apply(control: Control, session: Session): void {
    switch (control.do) {
      case "subscribe":
        void this.#subscribeSession(session, control);
        break;
      case "unsubscribe": {
        const subscription = session.subscriptions.get(control.channel);
        if (subscription)
          session.unsubscribe(subscription, UnsubscribeCode.Server, "server unsubscribe");
        break;
      }
      case "disconnect":
        if (control.whitelist?.includes(session.client)) break;
        session.close(control.code, control.reason);
        break;
      case "refresh":
        if (control.expired || isPast(control.expireAt))
          session.close(DisconnectCode.Expired, "connection expired");
        else {
          session.extend(control.expireAt, control.info);
          session.push({ refresh: { expires: false, ttl: 0, ...session.ttl } });
        }
    }
  }

  async #subscribeSession(session: Session, control: Control & { do: "subscribe" }): Promise<void> {
    const { channel, data, since } = control;
    if (session.subscriptions.has(channel)) return;
    try {
      const name = this.#server.namespaces.find(channel);
      const request = since ? { recover: true, ...since } : {};
      const { subscription, result } = await open(session, name, control, request, true);
      if (subscription.isEnded) return;
      const { recoverable, positioned, epoch, offset, publications = [] } = result;
      session.push({ channel, subscribe: { recoverable, positioned, epoch, offset, data } });
      for (const pub of publications) session.push({ channel, pub });
      begin(session, subscription, result);
    } catch (error) {
      if (session.isOver) return;
      this.#server.logger.error(`a subscription to ${channel} by the server failed`, error);
    }
  }
}

/** `expireAt` in seconds. */
export function isPast(expireAt: number | undefined): boolean {
  return expireAt !== undefined && expireAt * 1000 <= Date.now();
}
