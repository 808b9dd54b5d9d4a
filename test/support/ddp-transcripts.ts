/**
 * Recorded transcripts of DDP, and a server with the methods and publications that they use.
 *
 * @module
 */

import { createDdp, DdpError, ObjectId } from "../../src/ddp/server/index.ts";
import type { Ddp, Method, Publication, Published } from "../../src/ddp/server/index.ts";
import { currentScope } from "../../src/ddp/server/scope.ts";
import { RandomStreams } from "../../src/ddp/protocol/random/random-stream.ts";
import type { Json } from "./ddp-peer.ts";
import { RecordingLogger } from "./recording-logger.ts";
import { turns } from "./turns.ts";

/** What the client sends without waiting, and all that comes then. */
export interface Exchange {
  readonly sent: string[];
  readonly answers: Json[];
}

export interface Transcript {
  readonly name: string;
  readonly exchanges: Exchange[];
  /** The server closes the connection at the end. */
  isClosed: boolean;
}

const CLOSED = "[close 1000 Normal closure]";

export function parseTranscripts(text: string): Transcript[] {
  const transcripts: Transcript[] = [];
  for (const line of text.split("\n")) {
    const transcript = transcripts.at(-1);
    const rest = line.slice(5);
    if (line.startsWith("### ")) {
      transcripts.push({ name: line.slice(4), exchanges: [], isClosed: false });
    } else if (line.startsWith("  C> ")) {
      const last = transcript?.exchanges.at(-1);
      if (last?.answers.length === 0 && last.sent.at(-1)?.includes('"__nowait"')) {
        last.sent.push(rest);
      } else transcript?.exchanges.push({ sent: [rest], answers: [] });
    } else if (line.startsWith("  S> {")) {
      transcript?.exchanges.at(-1)?.answers.push(JSON.parse(rest) as Json);
    } else if (rest === CLOSED && transcript) transcript.isClosed = true;
  }
  return transcripts;
}

function seeds(streams: RandomStreams): unknown[] {
  const seed = streams.seed ?? null;
  const random = streams.forCollection("todos");
  return [seed, random.id(), random.id(), random.hexString(24)];
}

function streams(): RandomStreams {
  return currentScope()?.streams as RandomStreams;
}

const METHODS: Readonly<Record<string, Method>> = {
  echo: (_invocation, ...params) => params,
  nul: () => null,
  undef: () => undefined,
  throwErr: () => {
    throw new Error("secret");
  },
  throwMeteor: () => {
    throw new DdpError("code-x", "Reason here", { d: new Date(5) });
  },
  throwNum: () => {
    throw new DdpError(403, "No");
  },
  throwSan: () => {
    const sanitizedError = new DdpError("san", "sanitised");
    throw Object.assign(new Error("secret"), { sanitizedError });
  },
  throwSafe: () => {
    throw Object.assign(new Error("r [x]"), { isClientSafe: true, error: "x", reason: "r" });
  },
  throwStr: () => {
    throw "secret";
  },
  conn: ({ connection }) => ({
    id: connection?.id === undefined,
    addr: connection?.clientAddress,
    hdr: connection?.headers !== undefined,
  }),
  setAfterUnblock: async (invocation) => {
    invocation.unblock();
    await invocation.setUserId("x");
  },
  slow: async (_invocation, ms) => {
    await turns(3);
    return `slow${String(ms)}`;
  },
  fast: () => "fast",
  slowUnblock: async (invocation, ms) => {
    invocation.unblock();
    await turns(3);
    return `su${String(ms)}`;
  },
  fenceWrite: () => {
    const committed = currentScope()?.fence?.begin();
    void turns(3).then(committed);
    return "fw";
  },
  login: async (invocation, user) => {
    await invocation.setUserId(user as string | null);
    return user;
  },
  seed: () => seeds(streams()),
  nest: () => seeds(new RandomStreams(streams().seedFor("seed"))),
};

const PUBLICATIONS: Readonly<Record<string, Publication>> = {
  two: (run) => {
    run.added("c", "a", { x: 1, y: [1, { z: 2 }] });
    run.added("c", "b", { d: new Date(7), b: Uint8Array.of(1, 2, 3) });
    run.ready();
  },
  two2: (run) => {
    run.added("c", "a", { x: 2, w: 9 });
    run.ready();
  },
  err: () => {
    throw new DdpError("nope", "because", { k: 1 });
  },
  err500: () => {
    throw new Error("secret");
  },
  stopper: (run) => {
    run.added("c", "s", { q: 1 });
    run.ready();
    run.stop();
  },
  badret: () => 5 as unknown as Published,
  ch: (run) => {
    run.added("c", "k", { a: 1, b: 2 });
    run.changed("c", "k", { b: 3, c: 4, a: undefined });
    run.removed("c", "k");
    run.ready();
  },
  ids: (run) => {
    const hex = "aaaaaaaaaaaaaaaaaaaaaaa";
    const ids = [new ObjectId(`${hex}a`), `${hex}b`, 5, "-x", "~y", "{z"];
    for (const [index, id] of ids.entries()) run.added("c", id, { v: index + 1 });
    run.ready();
  },
  who: (run) => {
    run.added("me", "1", { uid: run.userId, const: 1 });
    run.ready();
  },
};

/** What the transcripts were recorded with. */
export function transcriptServer(): Ddp {
  const ddp = createDdp({ logger: new RecordingLogger(), heartbeat: false });
  ddp.methods(METHODS);
  for (const [name, publication] of Object.entries(PUBLICATIONS)) ddp.publish(name, publication);
  return ddp;
}
