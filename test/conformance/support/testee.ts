/**
 * What can be put to the test.
 *
 * @module
 */

/** An echo server under test. */
export interface EchoServer {
  /** A `ws:` address without a path. */
  readonly url: string;
  close(): Promise<void>;
}

/** One implementation, both sides. */
export interface Testee {
  startServer(): Promise<EchoServer>;
  /** Connects and sends every message back until the connection is closed. Never rejects for how it ended. */
  echo(url: string): Promise<void>;
}

/** The largest message of the suite. */
export const MAX_MESSAGE: number = 16 * 1024 * 1024;

/** This library; or, with `TESTEE=ws` in the environment, the `ws` package. */
export async function loadTestee(): Promise<Testee> {
  if (process.env["TESTEE"] === "ws") return (await import("./ws-testee.ts")).wsTestee;
  return (await import("./fullduplex-testee.ts")).fullduplexTestee;
}
