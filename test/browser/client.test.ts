/** The browser's client in a real browser, over the browser's own WebSocket, with our server at the other end. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Retry } from "fullduplex";
import type * as client from "../../src/client/browser/index.ts";
import type { CloseInfo } from "../../src/errors.ts";
import type { ServerConnection } from "../../src/server/index.ts";
import { Deferred } from "../../src/util/deferred.ts";
import { freePort } from "../support/ports.ts";
import { hasChromium, launchChromium } from "./support/chromium.ts";
import { openPage, startServer } from "./support/client-page.ts";

/** In the page. */
declare const fullduplex: typeof client;

/** Answers each message with itself. */
const echo = (connection: ServerConnection): Promise<void> =>
  connection.forEach((message) => connection.send(message));

describe.runIf(hasChromium)("the client in Chromium", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launchChromium();
  });

  afterAll(() => browser.close());

  describe("messages", () => {
    test("go both ways, as text and as bytes, compressed or not", async () => {
      const { server } = await startServer(echo);
      const page = await openPage(browser, server);
      const received = await page.evaluate(async (url) => {
        const connection = await fullduplex.connect(url);
        const long = "hello, wörld € 👩 ".repeat(5000);
        const messages = ["", "hello, wörld € 👩", long, new Uint8Array([0, 127, 128, 255])];
        const answers: boolean[] = [];
        for (const message of messages) {
          await connection.send(message);
          const answer = await connection.recv();
          answers.push(
            typeof message === "string"
              ? answer === message
              : answer instanceof Uint8Array && answer.join() === message.join(),
          );
        }
        await connection.send(new Uint16Array([1, 2]).subarray(1));
        answers.push(String(await connection.recv()) === "2,0");
        await connection.send(fullduplex.prepare("ready"));
        answers.push((await connection.recv()) === "ready");
        await connection.send(new TextEncoder().encode("text"), { text: true });
        answers.push((await connection.recv()) === "text");
        await connection.close();
        return answers;
      }, server.url);
      expect(received).toEqual(Array.from({ length: 7 }, () => true));
    });

    test("that come before the first recv wait", async () => {
      const { server } = await startServer(async (connection) => {
        for (const text of ["one", "two", "three"]) await connection.send(text);
        await connection.recv();
      });
      const page = await openPage(browser, server);
      const received = await page.evaluate(async (url) => {
        const connection = await fullduplex.connect(url);
        // The server says its piece at once.
        await new Promise((resolve) => setTimeout(resolve, 50));
        const first = await connection.recv();
        const others: unknown[] = [];
        for await (const message of connection) {
          if (others.push(message) === 2) break;
        }
        await connection.send("thank you");
        return [first, ...others];
      }, server.url);
      expect(received).toEqual(["one", "two", "three"]);
    });

    test("are given to forEach in order, one after the other", async () => {
      const { server } = await startServer(async (connection) => {
        for (let number = 0; number < 20; number++) await connection.send(String(number));
      });
      const page = await openPage(browser, server);
      const { received, together } = await page.evaluate(async (url) => {
        const connection = await fullduplex.connect(url);
        const result = { received: [] as unknown[], together: 0 };
        let running = 0;
        await connection.forEach(async (message) => {
          result.together = Math.max(result.together, ++running);
          await new Promise((resolve) => setTimeout(resolve, 1));
          result.received.push(message);
          running--;
        });
        return result;
      }, server.url);
      expect(received).toEqual(Array.from({ length: 20 }, (_, number) => String(number)));
      expect(together).toBe(1);
    });

    test("are lost neither by a timeout nor by an abort, and have one reader", async () => {
      const { server } = await startServer(echo);
      const page = await openPage(browser, server);
      const result = await page.evaluate(async (url) => {
        const nameOf = (error: unknown): string => (error as Error).name;
        const connection = await fullduplex.connect(url);
        const timedOut = await connection.recv({ timeout: 10 }).catch(nameOf);
        const signal = AbortSignal.timeout(10);
        const aborted = await connection.recv({ signal }).catch(nameOf);
        const waiting = connection.recv();
        const second = await connection.recv().catch(nameOf);
        await connection.send("still here");
        const message = await waiting;
        await connection.close();
        return [timedOut, aborted, second, message];
      }, server.url);
      expect(result).toEqual(["TimeoutError", "TimeoutError", "StateError", "still here"]);
    });

    test("wait to be sent while the server is slow, and all arrive", async () => {
      const go = new Deferred<void>();
      const total = new Deferred<number>();
      const { server } = await startServer(async (connection) => {
        await go.promise;
        let bytes = 0;
        for await (const message of connection) bytes += message.length;
        total.resolve(bytes);
      });
      const page = await openPage(browser, server);
      const sending = page.evaluate(async (url) => {
        const connection = await fullduplex.connect(url);
        const data = new Uint8Array(64 * 1024);
        let waited = 0;
        for (let count = 0; count < 256; count++) {
          const sent = connection.send(data);
          if (connection.bufferedAmount >= 65_536 && ++waited === 10) document.title = "waiting";
          await sent;
        }
        await connection.close();
      }, server.url);
      await expect.poll(() => page.title()).toBe("waiting");
      go.resolve();
      await sending;
      expect(await total.promise).toBe(256 * 64 * 1024);
    });

    test("that nobody reads are bounded: the connection is closed with 4008", async () => {
      const end = new Deferred<CloseInfo>();
      const { server } = await startServer(async (connection) => {
        const data = new Uint8Array(1024 * 1024);
        while (connection.state === "open") await connection.send(data).catch(() => {});
        end.resolve(await connection.closed);
      });
      const page = await openPage(browser, server);
      const closed = await page.evaluate(async (url) => {
        const connection = await fullduplex.connect(url);
        const { code, initiator, error } = await connection.closed;
        return { code, initiator, error: (error as Error).name };
      }, server.url);
      expect(closed).toEqual({ code: 4008, initiator: "local", error: "LimitError" });
      expect((await end.promise).code).toBe(4008);
    });
  });

  describe("the end", () => {
    test("of iteration is quiet after a normal close, and a ClosedError after another", async () => {
      const { server } = await startServer(async (connection) => {
        const code = Number(await connection.recv());
        await connection.close(code, "as you wish");
      });
      const page = await openPage(browser, server);
      const ends = await page.evaluate(async (url) => {
        const iterate = async (code: number): Promise<unknown> => {
          const connection = await fullduplex.connect(url);
          await connection.send(String(code));
          try {
            for await (const message of connection) void message;
          } catch (error) {
            if (!(error instanceof fullduplex.ClosedError)) throw error;
            return [error.closeCode, error.reason, error.initiator, error.code];
          }
          return (await connection.closed).code;
        };
        return [await iterate(1000), await iterate(1001), await iterate(1008), await iterate(4321)];
      }, server.url);
      expect(ends).toEqual([
        1000,
        1001,
        [1008, "as you wish", "remote", "ERR_CLOSED"],
        [4321, "as you wish", "remote", "ERR_CLOSED"],
      ]);
    });

    test.each([
      [1000, 1000],
      [1001, 4001],
      [1008, 4008],
      [1011, 4011],
      [3000, 3000],
      [4999, 4999],
    ])("with %d arrives as %d", async (code, arrived) => {
      const end = new Deferred<CloseInfo>();
      const { server } = await startServer(async (connection) =>
        end.resolve(await connection.closed),
      );
      const page = await openPage(browser, server);
      const closed = await page.evaluate(
        async ([url, wanted]) => {
          const connection = await fullduplex.connect(url);
          return connection.close(wanted, "bye");
        },
        [server.url, code] as const,
      );
      expect(await end.promise).toMatchObject({
        code: arrived,
        reason: "bye",
        initiator: "remote",
      });
      expect(closed).toMatchObject({ code: arrived, wasClean: true, initiator: "local" });
    });

    test("with what is no close code is the caller's mistake", async () => {
      const { server } = await startServer(echo);
      const page = await openPage(browser, server);
      const names = await page.evaluate(async (url) => {
        const connection = await fullduplex.connect(url);
        const found = [999, 1005, 1006, 1015, 2999, 5000].map((code) => {
          try {
            void connection.close(code);
            return "nothing";
          } catch (error) {
            return (error as Error).name;
          }
        });
        await connection.close();
        return found;
      }, server.url);
      expect(new Set(names)).toEqual(new Set(["RangeError"]));
    });

    test("with a reason that is too long cuts the reason", async () => {
      const end = new Deferred<CloseInfo>();
      const { server } = await startServer(async (connection) =>
        end.resolve(await connection.closed),
      );
      const page = await openPage(browser, server);
      await page.evaluate(async (url) => {
        await (await fullduplex.connect(url)).close(4000, "€".repeat(200));
      }, server.url);
      expect((await end.promise).reason).toMatch(/^€{41}$/);
    });

    test("because the handler failed is 1011, and says nothing of why", async () => {
      const { server } = await startServer(() => {
        throw new Error("secret");
      });
      const page = await openPage(browser, server);
      const closed = await page.evaluate(async (url) => {
        const connection = await fullduplex.connect(url);
        const aborted = new Promise((resolve) => {
          connection.signal.addEventListener("abort", () => resolve(connection.signal.reason));
        });
        const { code, reason } = await connection.closed;
        const isClosedError = (await aborted) instanceof fullduplex.ClosedError;
        const sent = await connection.send("late").catch((error: Error) => error.name);
        const received = await connection.recv().catch((error: Error) => error.name);
        return { code, reason, isClosedError, sent, received };
      }, server.url);
      expect(closed).toEqual({
        code: 1011,
        reason: "",
        isClosedError: true,
        sent: "ClosedError",
        received: "ClosedError",
      });
    });

    test("by terminate is at once", async () => {
      const end = new Deferred<CloseInfo>();
      const { server } = await startServer(async (connection) =>
        end.resolve(await connection.closed),
      );
      const page = await openPage(browser, server);
      const closed = await page.evaluate(async (url) => {
        const connection = await fullduplex.connect(url);
        connection.terminate();
        return { state: connection.state, ...(await connection.closed) };
      }, server.url);
      expect(closed).toMatchObject({ state: "closed", code: 1006, wasClean: false });
      // (Chromium says goodbye to the server nevertheless.)
      expect((await end.promise).initiator).toBe("remote");
    });
  });

  describe("connecting", () => {
    test("agrees on a subprotocol", async () => {
      const { server } = await startServer(echo, { subprotocols: ["chat.v2", "chat.v1"] });
      const page = await openPage(browser, server);
      const agreed = await page.evaluate(async (url) => {
        const [one, none] = await Promise.all([
          fullduplex.connect(url, { subprotocols: ["chat.v0", "chat.v1"] }),
          fullduplex.connect(new URL(url)),
        ]);
        const result = [one.subprotocol, none.subprotocol ?? null, one.request.url];
        await Promise.all([one.close(), none.close()]);
        return result;
      }, server.url);
      expect(agreed).toEqual(["chat.v1", null, `${server.url}/`]);
    });

    test("fails with an error that tells what a browser knows", async () => {
      const { server } = await startServer(echo, {
        onHandshake: ({ path }) => {
          if (path === "/never") return new Promise(() => {});
          return path === "/closed" ? new Response("no", { status: 401 }) : undefined;
        },
      });
      const page = await openPage(browser, server);
      const nobody = `ws://127.0.0.1:${await freePort()}`;
      const failures = await page.evaluate(
        async ([url, nowhere]) => {
          const fail = async (opening: Promise<unknown>): Promise<unknown> => {
            const error: unknown = await opening.then(
              () => "connected",
              (reason: unknown) => reason,
            );
            if (!(error instanceof fullduplex.FullduplexError)) return String(error);
            return [error.name, error.code];
          };
          const abort = new AbortController();
          const aborted = fail(fullduplex.connect(`${url}/never`, { signal: abort.signal }));
          abort.abort("changed my mind");
          return [
            await fail(fullduplex.connect(`${url}/closed`)),
            await fail(fullduplex.connect(nowhere)),
            await fail(fullduplex.connect(`${url}/never`, { openTimeout: 50 })),
            await aborted,
            await fail(fullduplex.connect(url, { headers: {} } as object)),
          ];
        },
        [server.url, nobody] as const,
      );
      expect(failures).toEqual([
        ["HandshakeError", "ERR_HANDSHAKE"],
        ["HandshakeError", "ERR_HANDSHAKE"],
        ["TimeoutError", "ERR_TIMEOUT"],
        "changed my mind",
        ["UnsupportedError", "ERR_UNSUPPORTED"],
      ]);
    });

    test("refuses what a browser has no means for", async () => {
      const { server } = await startServer(echo);
      const page = await openPage(browser, server);
      const refused = await page.evaluate(async (url) => {
        const connection = await fullduplex.connect(url);
        const codeOf = ({ code }: { code: string }): string => code;
        const pinged = await connection.ping().catch(codeOf);
        const parts = await connection.send(["a", "b"]).catch(codeOf);
        await connection.send("whole");
        const streamed: unknown[] = [];
        for await (const part of connection.recvStream()) streamed.push(part);
        await connection.close();
        return { pinged, parts, streamed };
      }, server.url);
      expect(refused).toEqual({
        pinged: "ERR_UNSUPPORTED",
        parts: "ERR_UNSUPPORTED",
        streamed: ["whole"],
      });
    });

    test("works in a worker, and answers the server's pings", async () => {
      const pinged = new Deferred<number>();
      const { server } = await startServer(async (connection) => {
        pinged.resolve(await connection.ping());
        await connection.send(String(await connection.recv()).toUpperCase());
        await connection.recv();
      });
      const page = await openPage(browser, server);
      const answer = await page.evaluate((url) => {
        const work = async (address: string): Promise<void> => {
          const signal = AbortSignal.timeout(10_000);
          for await (const connection of fullduplex.reconnecting(address, { signal })) {
            await connection.send("from a worker");
            postMessage(await connection.recv());
            await connection.send("done");
            break;
          }
        };
        const code = `import "${location.origin}/page.js"; (${String(work)})(${JSON.stringify(url)})`;
        const blob = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
        const worker = new Worker(blob, { type: "module" });
        return new Promise((resolve, reject) => {
          worker.addEventListener("message", ({ data }) => resolve(data));
          worker.addEventListener("error", ({ message }) => reject(new Error(message)));
        });
      }, server.url);
      expect(answer).toBe("FROM A WORKER");
      expect(await pinged.promise).toBeGreaterThanOrEqual(0);
    });
  });

  describe("reconnecting", () => {
    test("connects again after the server has closed the connection, or is gone for a while", async () => {
      const greet = async (connection: ServerConnection): Promise<void> => {
        await connection.send("welcome");
        await connection.close(1001);
      };
      const { server } = await startServer(greet);
      const page = await openPage(browser, server);
      const following = page.evaluate(async (url) => {
        const events: unknown[] = [];
        const onRetry = ({ error, attempt }: Retry): void => {
          events.push([(error as Error).name, attempt]);
        };
        const options = { initialDelay: 20, maxDelay: 50, onRetry };
        let count = 0;
        for await (const connection of fullduplex.reconnecting(url, options)) {
          for await (const message of connection) events.push(message);
          document.title = "it has begun";
          if (++count === 3) break;
        }
        return events;
      }, server.url);
      await expect.poll(() => page.title()).toBe("it has begun");
      const { port } = server;
      await server.close();
      await startServer(greet, { port });
      const events = await following;
      expect(events.filter((event) => event === "welcome")).toHaveLength(3);
      expect(events).toContainEqual(["ClosedError", 1]);
      expect(events.at(-1)).toBe("welcome");
    });

    test.each(["online", "visibilitychange", "pageshow"])(
      "does not wait any longer when `%s` says that it may work now",
      async (event) => {
        const { server } = await startServer(echo);
        const page = await openPage(browser, server);
        await page.evaluate((url) => {
          // The longest wait that there is; the default attempt would be minutes away.
          Math.random = () => 0.999;
          const options = {
            initialDelay: 600_000,
            maxDelay: 600_000,
            onRetry: () => (document.title = "waiting"),
          };
          void (async () => {
            for await (const connection of fullduplex.reconnecting(url, options)) {
              document.title = "connected";
              await connection.forEach(() => {}).catch(() => {});
            }
          })();
        }, server.url);
        await expect.poll(() => page.title()).toBe("connected");
        const { port } = server;
        await server.close();
        await expect.poll(() => page.title()).toBe("waiting");
        await startServer(echo, { port });
        if (event === "online") {
          await page.context().setOffline(true);
          await page.context().setOffline(false);
        } else {
          await page.evaluate((name) => {
            const target = name === "pageshow" ? globalThis : document;
            target.dispatchEvent(new Event(name));
          }, event);
        }
        await expect.poll(() => page.title()).toBe("connected");
      },
    );

    test("gives up when it is told to, while it waits or while it is connected", async () => {
      const { server } = await startServer(echo);
      const page = await openPage(browser, server);
      const nobody = `ws://127.0.0.1:${await freePort()}`;
      const ends = await page.evaluate(
        async ([url, nowhere]) => {
          const follow = async (address: string, options: object): Promise<unknown> => {
            try {
              for await (const connection of fullduplex.reconnecting(address, options)) {
                await connection.close();
              }
            } catch (error) {
              return error instanceof Error ? error.name : error;
            }
            return "no end";
          };
          const waiting = { signal: AbortSignal.timeout(50), initialDelay: 600_000 };
          return [
            await follow(nowhere, waiting),
            await follow(nowhere, { isFatal: () => true }),
            await follow(url, { isFatal: () => true }),
          ];
        },
        [server.url, nobody] as const,
      );
      expect(ends).toEqual(["TimeoutError", "HandshakeError", "ClosedError"]);
    });
  });
});
