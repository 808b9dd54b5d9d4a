import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { reconnecting } from "../../../../src/client/browser/index.ts";
import { FakeClock } from "../../../../src/testing/fake-clock.ts";
import { FakeWebSocket } from "../../../support/fake-web-socket.ts";
import { turns } from "../../../support/turns.ts";

/** An event target that knows how many listen. */
class Target extends EventTarget {
  listening = 0;
  hidden = false;

  override addEventListener(...given: Parameters<EventTarget["addEventListener"]>): void {
    this.listening++;
    const { signal } = given[2] as { signal: AbortSignal };
    signal.addEventListener("abort", () => this.listening--);
    super.addEventListener(...given);
  }

  tell(type: string): void {
    this.dispatchEvent(new Event(type));
  }
}

let page: Target;
let worker: Target;
let clock: FakeClock;

beforeEach(() => {
  FakeWebSocket.made = [];
  clock = new FakeClock();
  worker = new Target();
  page = new Target();
  vi.stubGlobal("WebSocket", FakeWebSocket);
  vi.stubGlobal("document", page);
  vi.stubGlobal("addEventListener", worker.addEventListener.bind(worker));
});
afterEach(() => void vi.unstubAllGlobals());

/** Waits for a connection, after one attempt that failed. */
async function waiting(): Promise<AsyncGenerator<unknown, never>> {
  const connections = reconnecting("ws://host.test/", { clock });
  void connections.next();
  await turns();
  FakeWebSocket.last.end();
  await turns();
  expect([FakeWebSocket.made.length, clock.timers]).toEqual([1, 1]);
  return connections;
}

describe("an attempt is made at once", () => {
  test.each(["online", "pageshow"])("on %s", async (type) => {
    await waiting();
    expect(worker.listening).toBe(2);
    worker.tell(type);
    await turns();
    expect([FakeWebSocket.made.length, worker.listening, page.listening]).toEqual([2, 0, 0]);
  });

  test("when the page becomes visible, not when it is hidden", async () => {
    await waiting();
    page.hidden = true;
    page.tell("visibilitychange");
    await turns();
    expect([FakeWebSocket.made.length, page.listening]).toEqual([1, 1]);
    page.hidden = false;
    page.tell("visibilitychange");
    await turns();
    expect([FakeWebSocket.made.length, page.listening]).toEqual([2, 0]);
  });

  test("in a worker too, which has no document", async () => {
    vi.stubGlobal("document", undefined);
    await waiting();
    worker.tell("online");
    await turns();
    expect(FakeWebSocket.made.length).toBe(2);
  });
});

test("without such an event it is made when the delay is over", async () => {
  await waiting();
  clock.advance(500);
  await turns();
  expect([FakeWebSocket.made.length, worker.listening, clock.timers]).toEqual([2, 0, 1]);
});

test("connections follow each other until the loop is left", async () => {
  const connections = reconnecting("ws://host.test/");
  const first = connections.next();
  await turns();
  FakeWebSocket.last.open();
  const { value } = await first;
  expect(value.request).toEqual({ url: "ws://host.test/" });
  const left = connections.return(undefined as never);
  await turns();
  expect(FakeWebSocket.last.calls).toEqual([["close", 1000, ""]]);
  FakeWebSocket.last.end(1000, "", true);
  await left;
});
