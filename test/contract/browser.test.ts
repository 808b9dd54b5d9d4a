/**
 * The contract of a connection, for the browser's client over a WebSocket with the interface of a browser's.
 *
 * @module
 */

import { afterAll, beforeAll, describe, vi } from "vitest";
import { WebSocket as WsWebSocket } from "ws";
import { connect } from "../../src/client/browser/index.ts";
import type { Connection } from "../../src/connection/connection.ts";
import { serve } from "../../src/server/index.ts";
import { Deferred } from "../../src/util/deferred.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { connectionContract } from "./connection-contract.ts";
import type { Ends, OpenOptions, Skip } from "./connection-contract.ts";

const NativeWebSocket: unknown = Reflect.get(globalThis, "WebSocket");

/** As a browser's: it copies what it is given to send, and errors that nobody listens to are no matter. */
class BrowserLike extends WsWebSocket {
  constructor(url: string | URL, protocols: string[]) {
    super(url, protocols, { perMessageDeflate: false });
    this.on("error", () => {});
  }
}

/** The near end is the browser's. */
async function openBrowser({ onFar, farOptions, ...options }: OpenOptions = {}): Promise<Ends> {
  const accepted = new Deferred<Connection>();
  const server = await serve(
    async (connection) => {
      onFar?.(connection);
      accepted.resolve(connection);
      await connection.closed;
    },
    { ...options, ...farOptions, compression: false, logger: new RecordingLogger() },
  );
  const near = await connect(`ws://127.0.0.1:${server.port}/`, options);
  const far = await accepted.promise;
  const dispose = async (): Promise<void> => {
    far.terminate();
    near.terminate();
    await server.close({ timeout: 0 });
  };
  return { near, far, dispose };
}

/** What a page's socket can't do, and the tests of the contract that need it. */
const SKIP: readonly Skip[] = Object.entries({
  "a browser sends no message in parts": [
    "what an iterable yields is one message",
    "an iterable that yields nothing is no message",
    "text may be cut inside of a character",
    "what is sent during a message in parts comes after it",
    "what is in parts waits for a slow peer, and goes before a close",
    "a part that never comes doesn't keep a close from ending",
    "parts may be reused once the next one is asked for",
    "parts of mixed kinds close the connection with 1011",
    "a source that fails inside of its message closes with 1011",
    "a source that fails before its first part does no harm",
    "a source that fails while the connection closes breaks nothing",
    "a source is told when the connection has ended",
    "messages in parts that wait count for something",
  ],
  "a browser receives messages whole": [
    "recvStream yields a message as it comes",
    "recvStream rejects when the connection ends inside of the message",
    "recvStream has the messages for itself",
    "a message in parts waits while it is not read",
  ],
  "a browser sends no pings": [
    "pings are answered inside of a message in parts",
    "ping resolves with the round trip, which is the latency",
    "a ping is answered while nobody receives",
    "a ping rejects when the connection ends first",
    "keepalive measures the latency and keeps a quiet connection",
    "keepalive ends the connection with a peer that is silent",
    "pings that nobody awaits are no unhandled rejections",
  ],
  "a browser reads whether or not somebody receives": [
    "reading pauses while nobody receives, then goes on",
    "a slow forEach slows its peer down",
    "both sides may wait for each other's reader at once",
    "messages after a gap are dropped too, while closing",
    "keepalive doesn't take a paused reader for a dead peer",
    "a connection that is full of unread messages can be closed",
  ],
  "a browser keeps the queue, and doesn't count empty messages": [
    "only the latest message of a key waits",
    "droppable messages don't wait",
    "overflow can drop messages instead",
    "one message that is larger than all that may wait is sent",
    "empty messages count for something",
    "too much that waits closes the connection with 1008",
  ],
  "a browser closes with 1000 and 3000 to 4999 only": ["every code of the registry can be sent"],
  "a browser doesn't say how long a reason is in UTF-8": [
    "a reason is cut at 123 bytes, not inside of a character",
  ],
  "a browser drops what comes once it has begun to close": [
    "messages on the way can be received while closing",
  ],
  "a browser's socket ends with a handshake": ["terminate ends the other side without a handshake"],
}).flatMap(([reason, tests]) => tests.map((test) => ({ test, reason })));

const BYTE_ORDER_MARK: Skip = {
  test: "a byte order mark is a part of its text",
  reason: "Node's own WebSocket drops it",
};

function contracts(name: string, socket: unknown, skip: readonly Skip[] = []): void {
  describe(name, () => {
    beforeAll(() => void vi.stubGlobal("WebSocket", socket));
    afterAll(() => void vi.unstubAllGlobals());
    connectionContract("a browser's WebSocket", openBrowser, { skip: [...SKIP, ...skip] });
  });
}

contracts("the client of ws", BrowserLike);
describe.runIf(NativeWebSocket !== undefined)("the platform's own", () => {
  contracts("WebSocket", NativeWebSocket, [BYTE_ORDER_MARK]);
});
