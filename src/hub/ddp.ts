/**
 * DDP, as the hub serves it: a to-do list that is open to everybody, over WebSockets with and without the frames of SockJS,
 * and by polling.
 *
 * @module
 */

import { createDdp, sockJs } from "../ddp/server/index.ts";
import type { Ddp as DdpServer, SockJs } from "../ddp/server/index.ts";
import { httpListener } from "../server/index.ts";
import type { Handler, Logger, RoutePath } from "../server/index.ts";
import type { Listener } from "./http/site.ts";
import { answerLate, readDelay } from "./todo/slow-answers.ts";
import { Todo } from "./todo/todo.ts";

export const DDP_PATH = "/websocket";

const SOCKJS_PATH = "/sockjs";

/** Clients that poll, beyond whom nobody is let in. */
const MAX_POLLING = 1000;

const MAX_SEND_QUEUE = 1024 * 1024;

export class Ddp {
  /** For WebSockets: handlers by path, and the path that each is counted under. */
  readonly endpoints: readonly (readonly [path: RoutePath, name: string, handler: Handler])[];
  /** By path; one that ends with `/` is for all that begin with it. */
  readonly listeners: ReadonlyMap<string, Listener>;
  readonly #ddp: DdpServer;
  readonly #sockJs: SockJs;

  constructor({ logger }: { readonly logger: Logger | undefined }) {
    const ddp = createDdp({ logger });
    const sockjs = sockJs(ddp.handler, {
      prefix: SOCKJS_PATH,
      maxSessions: MAX_POLLING,
      maxSendQueue: MAX_SEND_QUEUE,
      logger,
    });
    const plain: Handler = (connection) => {
      const delay = readDelay(connection.request.query);
      return delay > 0 ? answerLate(connection, delay, ddp.handler) : ddp.handler(connection);
    };
    this.endpoints = [
      [DDP_PATH, DDP_PATH, plain],
      // (Some clients end it with a slash.)
      [`${DDP_PATH}/`, DDP_PATH, plain],
      ...Object.entries(sockjs.routes).map(
        ([path, handler]) => [path as RoutePath, SOCKJS_PATH, handler] as const,
      ),
    ];
    const listener = httpListener(sockjs.http, { logger });
    this.listeners = new Map([
      [SOCKJS_PATH, listener],
      [`${SOCKJS_PATH}/`, listener],
    ]);
    this.#ddp = ddp;
    this.#sockJs = sockjs;
  }

  /** Offers the to-do list. */
  async start(): Promise<void> {
    await new Todo().attach(this.#ddp);
  }

  /** Ends all sessions, and resolves when they have gone. */
  async close(): Promise<void> {
    await Promise.all([this.#ddp.close(), this.#sockJs.close()]);
  }
}
