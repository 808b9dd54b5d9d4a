/**
 * One handshake, from the request to the connection or the refusal.
 *
 * Node has let go of the socket when it hands over an upgrade: from then on, an error that nobody listens to would end
 * the process. So before the turn is over somebody listens, and every step looks at whether the socket is still there.
 *
 * @module
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { TimeoutError } from "../errors.ts";
import { createCodec } from "../node/deflate/codec.ts";
import { sha1 } from "../node/platform.ts";
import { acceptDeflate } from "../protocol/extensions/permessage-deflate.ts";
import { acceptHeaders } from "../protocol/handshake/accept.ts";
import { selectSubprotocol } from "../protocol/handshake/subprotocol.ts";
import { ACCEPT, decide } from "./decision.ts";
import type { Accepted, Decision } from "./decision.ts";
import { EarlyData } from "./early-data.ts";
import type { Group } from "./group.ts";
import type { OnHandshake } from "./handler.ts";
import { pathOf } from "./handshake-request.ts";
import { Interrupted, Interruption } from "./interruption.ts";
import { quote } from "./logger.ts";
import { unfinishedResponse } from "./pipelining.ts";
import { formatAnswer, formatHead, refusalAnswer } from "./refusal.ts";
import type { Answer, Refusal } from "./refusal.ts";
import { screen, SHUTTING_DOWN } from "./screening.ts";
import type { Candidate, Gate } from "./screening.ts";

/** What the handshake needs of its server. */
export interface HandshakeServer extends Gate {
  /** Handshakes that wait for the application. */
  readonly pending: Group<Interruption>;
  /** Takes over an accepted connection; the slot is the server's to give back from then on. */
  open(opened: Opened): void;
  /** Writes the last bytes to a socket and sees to its end. */
  endSocket(socket: Duplex, bytes: Uint8Array): void;
}

/** A connection on the wire: the response has been written. */
export interface Opened {
  readonly candidate: Candidate;
  readonly socket: Duplex;
  /** Bytes that came with the request; an empty piece would keep alive what the request was read into. */
  readonly head: Uint8Array | undefined;
  readonly codec: ReturnType<typeof createCodec> | undefined;
  readonly data: unknown;
  readonly subprotocol: string | undefined;
}

const NOTHING = new Uint8Array();

const INTERNAL_ERROR: Refusal = {
  status: 500,
  headers: [],
  message: "The server could not handle this request.",
};

const UNDECIDED: Refusal = {
  status: 503,
  headers: [["Retry-After", "1"]],
  message: "The server took too long to decide.",
};

export class Handshake {
  readonly #server: HandshakeServer;
  readonly #incoming: IncomingMessage;
  readonly #socket: Duplex;
  /** What came after the request. */
  #head: Uint8Array;

  constructor(
    server: HandshakeServer,
    incoming: IncomingMessage,
    socket: Duplex,
    head: Uint8Array,
  ) {
    this.#server = server;
    this.#incoming = incoming;
    this.#socket = socket;
    this.#head = head;
  }

  /** Never throws. Without a hook all is decided when it returns. */
  start(): void {
    const earlier = unfinishedResponse(this.#incoming, this.#socket);
    if (earlier) return this.#cut(earlier);
    const candidate = screen(this.#server, this.#incoming, this.#socket);
    if ("status" in candidate) return this.refuse(candidate);
    const { onHandshake } = this.#server.settings;
    if (!onHandshake) return this.#conclude(candidate, ACCEPT);
    this.#listen();
    void this.#ask(candidate, onHandshake);
  }

  refuse(refusal: Refusal): void {
    this.#answer(refusalAnswer(refusal));
  }

  /**
   * An answer would come in the place of the earlier response, so there is none (RFC 9112 section 9.3.2: a client must
   * expect that). A response that is complete is still on its way, and gets there.
   */
  #cut(earlier: ServerResponse): void {
    this.#listen();
    this.#log("it came before an earlier request was answered");
    if (earlier.writableEnded) this.#server.endSocket(this.#socket, NOTHING);
    else earlier.destroy();
    // (Where Node has put a stream between the socket and us.)
    if (this.#socket !== earlier.socket) this.#socket.destroy();
  }

  /** Never rejects. What the hook does after it was interrupted has no effect. */
  async #ask(candidate: Candidate, hook: OnHandshake<unknown>): Promise<void> {
    const { settings, pending } = this.#server;
    const { openTimeout } = settings;
    const interruption = new Interruption(this.#socket, settings.clock, openTimeout, () => {
      settings.logger.warn(`onHandshake took longer than openTimeout (${openTimeout} ms)`);
      return new Interrupted(new TimeoutError("the handshake", openTimeout), UNDECIDED);
    });
    pending.add(interruption);
    const early = new EarlyData(this.#socket, this.#head);
    try {
      const decision = decide(hook, candidate.request);
      const outcome = await Promise.race([decision, interruption.happened]).finally(() => {
        this.#head = early.take();
      });
      if (outcome instanceof Interrupted) this.#giveUp(candidate, outcome);
      else this.#conclude(candidate, outcome);
    } catch (error) {
      settings.logger.error("onHandshake failed", error);
      this.#drop(candidate, INTERNAL_ERROR);
    } finally {
      interruption.dispose();
      pending.delete(interruption);
    }
  }

  #giveUp(candidate: Candidate, { reason, refusal }: Interrupted): void {
    candidate.request.abort(reason);
    this.#drop(candidate, refusal);
  }

  #conclude(candidate: Candidate, decision: Decision): void {
    if ("status" in decision) {
      candidate.slot.release();
      this.#answer(decision);
    } else if (this.#server.isClosing) {
      this.#drop(candidate, SHUTTING_DOWN);
    } else if (this.#socket.destroyed || !this.#socket.writable) {
      this.#drop(candidate, undefined);
    } else {
      this.#accept(candidate, decision);
    }
  }

  #accept(candidate: Candidate, accepted: Accepted): void {
    const { settings } = this.#server;
    const { upgrade } = candidate;
    const { compression } = settings;
    const deflate = compression && acceptDeflate(upgrade.extensions, compression);
    const subprotocol =
      accepted.subprotocol ?? selectSubprotocol(upgrade.subprotocols, settings.subprotocols);
    const own = acceptHeaders(
      upgrade,
      {
        ...(subprotocol !== undefined && { subprotocol }),
        ...(deflate && { extensions: deflate.header }),
      },
      sha1,
    );
    let response: string;
    try {
      response = formatHead(101, [...own, ...accepted.headers]);
    } catch (error) {
      settings.logger.error("onHandshake set a header that can't be sent", error);
      return this.#drop(candidate, INTERNAL_ERROR);
    }
    const codec = compression && deflate && createCodec("server", deflate.parameters, compression);
    this.#socket.write(response, "latin1");
    const { data } = accepted;
    const head = this.#head.length > 0 ? this.#head : undefined;
    this.#server.open({
      candidate,
      socket: this.#socket,
      head,
      codec,
      data,
      subprotocol,
    });
  }

  /** To the errors of the socket, before anything else of it is awaited. A connection does so by itself. */
  #listen(): void {
    if (this.#socket.listeners("error").includes(ignore)) return;
    this.#socket.on("error", ignore);
  }

  /** Gives the connection up; `undefined`: there is nobody to tell. */
  #drop(candidate: Candidate, refusal: Refusal | undefined): void {
    candidate.slot.release();
    if (refusal) return this.refuse(refusal);
    this.#listen();
    this.#log("the client went away");
    this.#socket.destroy();
  }

  #answer(answer: Answer): void {
    this.#listen();
    let bytes: Buffer;
    try {
      bytes = formatAnswer(answer);
    } catch (error) {
      this.#server.settings.logger.error("onHandshake gave a response that can't be sent", error);
      return this.refuse(INTERNAL_ERROR);
    }
    this.#log(`answered ${answer.status}`);
    this.#server.endSocket(this.#socket, bytes);
  }

  #log(outcome: string): void {
    const { method, url = "" } = this.#incoming;
    const { remoteAddress = "a client" } = this.#socket as Partial<Socket>;
    const path = quote(pathOf(url));
    this.#server.settings.logger.debug(
      `handshake: ${method} ${path} of ${remoteAddress}: ${outcome}`,
    );
  }
}

/** An error is followed by the end of the socket, which is where it is noticed. */
function ignore(): void {}
