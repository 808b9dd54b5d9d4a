/**
 * One request to a backend.
 *
 * @module
 */

import { quiet } from "../../../util/quiet.ts";

/** The part of the platform's `fetch` that is used. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/**
 * Why a backend gave no answer that can be used: it seems to be in trouble, so that asking it less may help; the one
 * answer is wrong; or it was not even asked. The message holds nothing of the request, nor of the answer.
 */
export class BackendError extends Error {
  readonly kind: "outage" | "answer" | "refused";

  constructor(message: string, kind: BackendError["kind"]) {
    super(message);
    this.kind = kind;
  }
}

export interface PostInit {
  readonly url: string;
  readonly body: string;
  readonly headers: ReadonlyMap<string, string>;
  /** How many bytes of the answer are read. */
  readonly maxResponse: number;
  readonly signal: AbortSignal;
  readonly fetch: Fetch;
}

/** `body` is `undefined` where it was too long. */
export interface Posted {
  readonly status: number;
  readonly body: string | undefined;
}

/**
 * Sends JSON. A redirect is an answer like any other: what is sent is for this address only. Rejects when `signal` comes,
 * even if `fetch` doesn't heed it.
 */
export async function post(init: PostInit): Promise<Posted> {
  const { signal } = init;
  let giveUp!: () => void;
  const aborted = new Promise<never>((_, reject) => {
    giveUp = () => reject(signal.reason as Error);
  });
  signal.addEventListener("abort", giveUp, { once: true });
  try {
    signal.throwIfAborted();
    return await Promise.race([request(init), aborted]);
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

async function request(init: PostInit): Promise<Posted> {
  const { url, body, headers, maxResponse, signal, fetch } = init;
  const response = await fetch(url, {
    method: "POST",
    headers: [["content-type", "application/json"], ...headers],
    body,
    redirect: "manual",
    signal,
  });
  return { status: response.status, body: await readBounded(response, maxResponse, signal) };
}

async function readBounded(
  { body }: Response,
  max: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!body) return "";
  const decoder = new TextDecoder();
  const reader = body.getReader();
  signal.addEventListener("abort", () => void quiet(reader.cancel()), { once: true });
  let size = 0;
  let text = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    size += value.length;
    if (size > max) {
      // (The answer is given up, and so is what goes wrong with it.)
      void quiet(reader.cancel());
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}

/** What went wrong, in words that are fit for a log. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "something that is no error was thrown";
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? `${error.message} (${code})` : error.message;
}

/** @throws TypeError for what is no address of HTTP, or holds a password: it would end in logs. */
export function checkUrl(caller: string, url: string | URL): string {
  const parsed = URL.canParse(String(url)) ? new URL(url) : undefined;
  if (!parsed || !/^https?:$/.test(parsed.protocol)) {
    throw new TypeError(`${caller} needs an address that begins with http: or https:`);
  }
  if (parsed.username !== "" || parsed.password !== "") {
    throw new TypeError(`${caller} takes no password in an address: put it into a header`);
  }
  return parsed.href;
}
