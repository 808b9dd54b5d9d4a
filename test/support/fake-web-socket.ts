/**
 * A browser's WebSocket that does what a test says.
 *
 * @module
 */

/** As the one of the standard, as far as this package uses it. */
export class FakeWebSocket {
  /** All that were made, the last one last. */
  static made: FakeWebSocket[] = [];

  readonly url: string;
  readonly protocols: readonly string[];
  readonly calls: (readonly [name: string, ...parameters: unknown[]])[] = [];
  readyState = 0;
  protocol = "";
  binaryType = "blob";
  bufferedAmount = 0;
  onopen: (() => void) | null = null;
  onclose: ((event: { code: number; reason: string; wasClean: boolean }) => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;

  constructor(url: string | URL, protocols: readonly string[]) {
    this.url = new URL(url).href;
    if (new Set(protocols).size < protocols.length) throw new SyntaxError("protocols repeat");
    this.protocols = protocols;
    FakeWebSocket.made.push(this);
  }

  static get last(): FakeWebSocket {
    return this.made.at(-1) as FakeWebSocket;
  }

  get sent(): unknown[] {
    return this.calls.filter(([name]) => name === "send").map(([, data]) => data);
  }

  send(data: unknown): void {
    if (ArrayBuffer.isView(data) && !(data.buffer instanceof ArrayBuffer)) {
      throw new TypeError("shared memory");
    }
    this.calls.push(["send", data]);
  }

  close(code?: number, reason = ""): void {
    if (code !== undefined && code !== 1000 && !(code >= 3000 && code <= 4999)) {
      throw new DOMException("code", "InvalidAccessError");
    }
    if (Buffer.byteLength(reason) > 123) throw new DOMException("reason", "SyntaxError");
    this.calls.push(["close", code, reason]);
    if (this.readyState < 2) this.readyState = 2;
  }

  // What the network does.

  open(protocol = ""): void {
    this.protocol = protocol;
    this.readyState = 1;
    this.onopen?.();
  }

  message(data: unknown): void {
    this.onmessage?.({ data });
  }

  end(code = 1006, reason = "", wasClean = false): void {
    this.readyState = 3;
    this.onclose?.({ code, reason, wasClean });
  }
}
