/**
 * RawSocket for clients.
 *
 * @module
 */

import { connect as connectSocket } from "node:net";
import type { Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type { ConnectionOptions as TlsConnectOptions } from "node:tls";
import { FullduplexError, HandshakeError } from "../../errors.ts";
import { systemClock } from "../../util/clock.ts";
import { interruptible } from "../../util/interruptible.ts";
import { checkOptions } from "../../util/option-names.ts";
import type { OptionNames } from "../../util/option-names.ts";
import type { RawSocketAddress } from "./address.ts";
import type { RawSocketConnection } from "./facts.ts";
import { readGreeting } from "./greeting-reader.ts";
import { decodeResponse, encodeGreeting } from "./handshake.ts";
import { openConnection } from "./open-connection.ts";
import {
  OPEN_TIMEOUT,
  pickConnectionOptions,
  RAW_SOCKET_OPTIONS,
  readMaxMessage,
} from "./options.ts";
import type { RawSocketOptions } from "./options.ts";
import { idOf } from "./subprotocols.ts";

/** Options of `connectRawSocket`. Durations are milliseconds, sizes bytes. */
export interface ConnectRawSocketOptions extends RawSocketOptions {
  /** The serializer, as a subprotocol: RawSocket can offer one only. Default: `wamp.2.json`. */
  readonly subprotocol?: string | undefined;
  /** Speak TLS; `{}` for that and no more. `servername` is the host's name unless it is given. */
  readonly tls?: TlsConnectOptions | undefined;
  /** Gives up connecting; the promise rejects with the signal's reason. Has no effect once connected. */
  readonly signal?: AbortSignal | undefined;
}

const OPTIONS: OptionNames<ConnectRawSocketOptions> = {
  ...RAW_SOCKET_OPTIONS,
  subprotocol: true,
  tls: true,
  signal: true,
};

/** What is agreed on, but for what the router says. */
interface Plan {
  readonly address: RawSocketAddress;
  readonly subprotocol: string;
  readonly serializer: number;
  readonly maxMessage: number;
  readonly options: ConnectRawSocketOptions;
}

/**
 * Connects to a router by RawSocket. Close the connection when it is no longer needed. All errors come as rejections.
 *
 * @throws HandshakeError when the router refused, or when its answer makes no sense.
 * @throws FullduplexError `ERR_CONNECT` when it could not be reached; `cause` says why.
 * @throws TimeoutError after `openTimeout`, or the signal's reason.
 * @throws TypeError or RangeError for options that make no sense.
 *
 * @example
 * ```ts
 * const connection = await connectRawSocket({ host: "127.0.0.1", port: 8081 });
 * await connection.send(JSON.stringify([1, "realm1", { roles: { caller: {} } }]));
 * ```
 */
export async function connectRawSocket(
  address: RawSocketAddress,
  options: ConnectRawSocketOptions = {},
): Promise<RawSocketConnection> {
  checkOptions("connectRawSocket", options, OPTIONS);
  const { subprotocol = "wamp.2.json", signal, clock = systemClock } = options;
  const serializer = idOf(subprotocol);
  if (serializer === undefined) {
    throw new TypeError(`RawSocket can't carry ${JSON.stringify(subprotocol)}`);
  }
  const plan = { address, subprotocol, serializer, maxMessage: readMaxMessage(options), options };
  const timeout = options.openTimeout ?? OPEN_TIMEOUT;
  return interruptible("connecting", { clock, signal, timeout }, (resolve, reject) =>
    open(plan, resolve, reject),
  );
}

/** Returns what gives up, and does nothing once there is a connection. */
function open(
  plan: Plan,
  resolve: (connection: RawSocketConnection) => void,
  reject: (error: unknown) => void,
): () => void {
  const { address, subprotocol, serializer, maxMessage, options } = plan;
  const socket = openSocket(address, options.tls);
  let isOpen = false;
  let isConnected = false;
  const fail = (error: unknown): void => {
    if (!isOpen) reject(error);
  };
  socket.once(options.tls ? "secureConnect" : "connect", () => {
    isConnected = true;
    socket.write(encodeGreeting({ maxLength: maxMessage, serializer }));
  });
  socket.on("error", (error) => fail(toConnectError(error, address, isConnected)));
  socket.once("close", () => fail(new HandshakeError("the router closed the connection")));
  readGreeting(socket, (greeting, head) => {
    const response = decodeResponse(greeting);
    if (typeof response === "string") return fail(new HandshakeError(response));
    if (response.serializer !== serializer) {
      return fail(new HandshakeError("the router chose another serializer"));
    }
    isOpen = true;
    const agreement = { subprotocol, maxMessage, maxPeerMessage: response.maxLength, head };
    return resolve(openConnection(socket, agreement, pickConnectionOptions(options)));
  });
  return () => {
    if (!isOpen) socket.destroy();
  };
}

function openSocket(address: RawSocketAddress, tls: TlsConnectOptions | undefined): Socket {
  const place =
    address.path === undefined
      ? { host: address.host, port: address.port }
      : { path: address.path };
  return tls ? connectTls({ ...place, ...tls }) : connectSocket(place);
}

function toConnectError(
  error: Error,
  { host, port, path }: RawSocketAddress,
  isConnected: boolean,
): FullduplexError {
  if (isConnected) return new HandshakeError("the connection broke off", {}, { cause: error });
  const text = `can't connect to ${path ?? `${host}:${port}`}: ${error.message}`;
  return new FullduplexError("ERR_CONNECT", text, { cause: error });
}
