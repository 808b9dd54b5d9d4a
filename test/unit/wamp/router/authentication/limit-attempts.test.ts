import { expect, test, vi } from "vitest";
import { FakeClock } from "../../../../../src/testing/fake-clock.ts";
import { limitAttempts } from "../../../../../src/wamp/router/authentication/limit-attempts.ts";
import type { AttemptLimits } from "../../../../../src/wamp/router/authentication/limit-attempts.ts";
import type {
  Authenticator,
  Step,
} from "../../../../../src/wamp/router/authentication/authenticator.ts";
import { ticket } from "../../../../../src/wamp/router/authentication/ticket.ts";
import { introduction } from "../../../../support/wamp-authentication.ts";

const verify = vi.fn(({ ticket: given }: { ticket: string }) =>
  given === "right" ? { authid: "joe", role: "user" } : undefined,
);
const REFUSED = { type: "refuse", reason: "wamp.error.authentication_failed" };

function limited(limits: AttemptLimits): { method: Authenticator; clock: FakeClock } {
  const clock = new FakeClock();
  return { method: limitAttempts(ticket({ verify }), { clock, ...limits }), clock };
}

async function show(method: Authenticator, given: string, remoteAddress?: string): Promise<Step> {
  const step = await method.begin(introduction({ authid: "joe" }, { remoteAddress }));
  return step.type === "challenge" ? step.respond(given, {}) : step;
}

test("so many failures of one address, and no more until the window is over", async () => {
  const { method, clock } = limited({ failures: 2, window: 1000 });
  expect(method.method).toBe("ticket");
  expect(await show(method, "wrong", "::1")).toEqual(REFUSED);
  expect(await show(method, "right", "::1")).toMatchObject({ type: "accept" });
  expect(await show(method, "wrong", "::1")).toEqual(REFUSED);
  verify.mockClear();
  expect(await show(method, "right", "::1")).toEqual(REFUSED);
  expect(verify).not.toHaveBeenCalled();
  expect(await show(method, "right", "::2")).toMatchObject({ type: "accept" });
  clock.advance(1000);
  expect(await show(method, "right", "::1")).toMatchObject({ type: "accept" });
});

test("attempts at the same time count", async () => {
  const { method } = limited({ failures: 3 });
  const begin = async (): Promise<Step> => method.begin(introduction({}, { remoteAddress: "::1" }));
  const steps = await Promise.all(Array.from({ length: 10 }, begin));
  verify.mockClear();
  await Promise.all(
    steps.map(async (step) => step.type === "challenge" && step.respond("wrong", {})),
  );
  expect(verify).toHaveBeenCalledTimes(3);
});

test("what fails by an error counts", async () => {
  const broken = { method: "ticket", begin: () => Promise.reject(new Error("broken")) };
  const method = limitAttempts(broken, { failures: 1, clock: new FakeClock() });
  await expect(show(method, "", "::1")).rejects.toThrow("broken");
  expect(await show(method, "", "::1")).toEqual(REFUSED);
});

test("without an address nobody is limited", async () => {
  const { method } = limited({ failures: 1 });
  for (let count = 0; count < 5; count++) expect(await show(method, "wrong")).toEqual(REFUSED);
  expect(await show(method, "right")).toMatchObject({ type: "accept" });
});

test("failures can be counted by name", async () => {
  const { method } = limited({ failures: 1, by: ({ authid }) => authid });
  expect(await show(method, "wrong", "::1")).toEqual(REFUSED);
  expect(await show(method, "right", "::2")).toEqual(REFUSED);
});

test("what is counted is bounded", async () => {
  const { method } = limited({ failures: 1 });
  for (let count = 0; count <= 10_000; count++) await show(method, "wrong", `a${count}`);
  expect(await show(method, "right", "a10000")).toEqual(REFUSED);
  expect(await show(method, "right", "a0")).toMatchObject({ type: "accept" });
});

test("an option that there is not", () => {
  expect(() => limited({ failure: 1 } as never)).toThrow('did you mean "failures"?');
});
