/**
 * A transport's sink that remembers what it was told.
 *
 * @module
 */

import type { Message, TransportSink } from "../../../../src/connection/transport.ts";
import type { CloseInfo } from "../../../../src/errors.ts";

type Call = readonly [name: keyof TransportSink, ...args: unknown[]];

export class RecordingSink implements TransportSink {
  readonly calls: Call[] = [];
  /** Called with each message; for handlers that answer at once. */
  onMessage: ((message: Message) => void) | undefined;
  borrows = false;
  #waiting: (() => void)[] = [];

  message(message: Message): void {
    this.#add("message", message);
    this.onMessage?.(message);
  }

  part(data: Message, final: boolean): void {
    this.#add("part", data, final);
  }

  progress(kept: number): void {
    this.#add("progress", kept);
  }

  pong(payload: Uint8Array): void {
    this.#add("pong", payload);
  }

  drain(): void {
    this.#add("drain");
  }

  closing(): void {
    this.#add("closing");
  }

  closed(info: CloseInfo): void {
    this.#add("closed", info);
  }

  /** What came, without progress and drain. */
  get events(): Call[] {
    return this.calls.filter(([name]) => name !== "progress" && name !== "drain");
  }

  get messages(): unknown[] {
    return this.calls.filter(([name]) => name === "message").map(([, message]) => message);
  }

  /** How the connection ended, once it has. */
  async closedInfo(): Promise<CloseInfo> {
    await this.until("closed");
    const info = this.calls.find(([name]) => name === "closed")?.[1] as CloseInfo;
    return info;
  }

  /** Waits for a call, or for so many of them. */
  async until(name: keyof TransportSink, count = 1): Promise<void> {
    while (this.calls.filter((call) => call[0] === name).length < count) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  #add(...call: Call): void {
    this.calls.push(call);
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }
}
