/** The chat's page in a real browser. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startHub } from "../../src/hub/hub.ts";
import type { Hub } from "../../src/hub/hub.ts";
import { ensureBuilt } from "../support/built.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { Cable } from "./support/cable.ts";
import { ChatTab } from "./support/chat-tab.ts";
import { hasChromium, launchChromium } from "./support/chromium.ts";

describe.runIf(hasChromium)("the chat in Chromium", () => {
  let browser: Browser;
  let hub: Hub;

  beforeAll(async () => {
    await ensureBuilt();
    browser = await launchChromium();
  });

  afterAll(() => browser.close());

  beforeEach(async () => {
    hub = await start(0);
    onTestFinished(() => hub.close());
  });

  function start(port: number): Promise<Hub> {
    return startHub({ port, logger: new RecordingLogger() });
  }

  /** The same address again, with another server behind it. */
  async function restart(): Promise<void> {
    hub = await start(Number(new URL(hub.url).port));
  }

  async function join(name: string, options?: object): Promise<ChatTab> {
    const tab = await ChatTab.open(browser, `${hub.url}chat`, options);
    return tab.join(name);
  }

  test("two tabs talk in two rooms, and go on after the server was restarted", async () => {
    const ada = await join("Ada");
    const bob = await join("Bob");

    await ada.seesPeople("Ada", "Bob");
    await bob.seesPeople("Bob", "Ada");
    await ada.sees("#messages .note", "Bob is here");
    await ada.say("Hello, Bob");
    await bob.seesMessages("Hello, Bob");
    await bob.say("Hello, Ada");
    await ada.seesMessages("Hello, Bob", "Hello, Ada");

    await ada.openRoom("planning");
    await ada.seesMessages();
    expect(new URL(ada.page.url()).hash).toBe("#planning");
    await ada.say("Is anybody in this room?");
    await bob.page.getByRole("link", { name: "planning" }).click();
    await bob.seesMessages("Is anybody in this room?");
    await ada.seesPeople("Ada", "Bob");
    await bob.say("Now there is");
    await ada.seesMessages("Is anybody in this room?", "Now there is");

    // A room that is not shown counts what comes in.
    await ada.page.getByRole("link", { name: "lobby" }).click();
    await ada.seesMessages("Hello, Bob", "Hello, Ada");
    await bob.say("Are you still here?");
    await ada.sees("#rooms .badge:not([hidden])", "1");
    expect(await ada.page.title()).toBe("(1) #lobby – Chat");
    await ada.page.getByRole("link", { name: "planning" }).click();
    await ada.seesMessages("Is anybody in this room?", "Now there is", "Are you still here?");

    await ada.draft.fill("What I was about to say");
    await hub.close();
    await Promise.all([ada.isOffline(), bob.isOffline()]);
    expect(await ada.page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await ada.draft.press("Enter");
    expect(await ada.draft.inputValue()).toBe("What I was about to say");

    await restart();
    await Promise.all([ada.isOnline(), bob.isOnline()]);
    await ada.seesPeople("Ada", "Bob");
    await ada.draft.press("Enter");
    const all = ["Is anybody in this room?", "Now there is", "Are you still here?"];
    await bob.seesMessages(...all, "What I was about to say");
    await bob.say("Go on");
    await ada.seesMessages(...all, "What I was about to say", "Go on");
    expect(await ada.draft.inputValue()).toBe("");

    await bob.context.close();
    await ada.seesPeople("Ada");
    expect(ada.errors).toEqual([]);
    expect(bob.errors).toEqual([]);
  });

  test("a page that is loaded again has what was said, and its place", async () => {
    const ada = await join("Ada");
    const bob = await join("Bob");
    await ada.say("Before");
    await bob.seesMessages("Before");
    await bob.page.reload();
    await bob.seesMessages("Before");
    await bob.seesPeople("Bob", "Ada");
    await bob.say("After");
    await ada.seesMessages("Before", "After");
    expect(bob.errors).toEqual([]);
  });

  test("a connection that broke is made up for, in order and without repeating anything", async () => {
    const ada = await join("Ada");
    const cable = await Cable.to(hub.url);
    onTestFinished(() => cable.cut());
    const bob = await (await ChatTab.open(browser, `${cable.url}chat`)).join("Bob");
    await ada.say("One");
    await bob.seesMessages("One");
    await cable.cut();
    await bob.isOffline();
    await ada.seesPeople("Ada");
    await ada.say("Two");
    await ada.say("Three");
    await ada.seesMessages("One", "Two", "Three");
    await cable.mend();
    await bob.isOnline();
    await bob.seesMessages("One", "Two", "Three");
    expect(await bob.page.locator("#messages .note").allTextContents()).toEqual([]);
    await bob.sees("#me-name", "Bob");
    expect(bob.errors).toEqual([]);
  });

  test("what a backend publishes is shown, as text", async () => {
    const ada = await join("Ada");
    for (const data of [{ text: "<b>deployed</b>", name: "Bot" }, "as it is", { value: 1 }]) {
      const response = await fetch(new URL("/api/publish", hub.url), {
        method: "POST",
        headers: { "X-API-Key": hub.generated.apiKey ?? "" },
        body: JSON.stringify({ channel: "chat:lobby", data }),
      });
      expect(await response.json()).toHaveProperty("result");
    }
    await ada.seesMessages("<b>deployed</b>", "as it is", '{"value":1}');
    const authors = await ada.page.locator("#messages .author").allTextContents();
    expect(authors).toEqual(["Bot", "Somebody", "Somebody"]);
  });

  test("a page that the server sends away says so, and does not come back by itself", async () => {
    const ada = await join("Ada");
    const call = (method: string, body: object): Promise<Response> =>
      fetch(new URL(`/api/${method}`, hub.url), {
        method: "POST",
        headers: { "X-API-Key": hub.generated.apiKey ?? "" },
        body: JSON.stringify(body),
      });
    const presence = (await (await call("presence", { channel: "chat:lobby" })).json()) as {
      result: { presence: Record<string, object> };
    };
    const [client] = Object.keys(presence.result.presence);
    await call("disconnect", { user: "", client });
    await ada.sees("#connection", /^The server has ended the connection\. Reload the page/);
    expect(await ada.page.getByRole("button", { name: "Send" }).isDisabled()).toBe(true);
    await ada.page.reload();
    await ada.isOnline();
  });

  test("what people write is text, and nothing else", async () => {
    const name = "<b>Eve</b>";
    const eve = await join(name);
    const ada = await join("Ada");
    const texts = [
      "<img src=x onerror=\"document.title='owned'\">",
      "</li><script>document.title='owned'</script>",
      "javascript:alert(1)",
    ];
    for (const text of texts) await eve.say(text);
    await ada.seesMessages(...texts);
    await ada.seesPeople("Ada", name);
    expect(await ada.page.locator("#messages img, #messages script, #messages b").count()).toBe(0);
    expect(await ada.page.title()).toBe("#lobby – Chat");
    expect(ada.errors).toEqual([]);
  });

  test("the page's policy keeps out what is not its own", async () => {
    const ada = await join("Ada");
    const blocked = await ada.page.evaluate(async () => {
      const violations: string[] = [];
      const reported = new Promise<void>((resolve) => {
        document.addEventListener("securitypolicyviolation", (event) => {
          violations.push(event.effectiveDirective);
          if (violations.includes("style-src-attr") && violations.includes("connect-src"))
            resolve();
        });
      });
      const script = document.createElement("script");
      try {
        script.textContent = "document.title = 'owned'";
      } catch {
        violations.push("a script from text");
      }
      document.body.append(script);
      document.body.setAttribute("style", "color: red");
      await fetch("https://example.com/").catch(() => violations.push("a request elsewhere"));
      await reported;
      return violations;
    });
    expect(blocked).toEqual(expect.arrayContaining(["a script from text", "a request elsewhere"]));
    expect(await ada.page.title()).toBe("#lobby – Chat");
  });

  test("a name that is taken gets a number, and can be changed", async () => {
    const first = await join("Ada");
    const second = await join("Ada");
    await second.sees("#me-name", "Ada 2");
    await second.sees("#toast", "The name Ada is taken: here you are Ada 2.");
    await second.page.getByRole("button", { name: "Change your name" }).click();
    await second.page.getByRole("textbox", { name: "Your name" }).fill("Augusta");
    await second.page.getByRole("button", { name: "Save" }).click();
    await second.sees("#me-name", "Augusta");
    await first.seesPeople("Ada", "Augusta");
  });

  test("a name is asked for until there is one, and remembered over a reload", async () => {
    const tab = await ChatTab.open(browser, `${hub.url}chat#planning`);
    await tab.page.getByRole("button", { name: "Join", exact: true }).click();
    await tab.sees("#name-problem", "A name has 1 to 24 characters.");
    await tab.page.keyboard.press("Escape");
    await tab.page.keyboard.press("Escape");
    await tab.page.getByRole("dialog").waitFor();
    await tab.join("Ada");
    await tab.sees("#room-title", "#planning");
    await tab.page.reload();
    await tab.sees("#me-name", "Ada");
    await tab.seesPeople("Ada");
  });

  test("whoever comes later sees what was said, and the end of it", async () => {
    const ada = await join("Ada");
    const texts = Array.from({ length: 25 }, (_, index) => `Line ${index + 1}`);
    for (const text of texts) await ada.say(text);
    await ada.seesMessages(...texts);
    const bob = await join("Bob", { viewport: { width: 390, height: 600 } });
    await bob.seesMessages(...texts);
    expect(await bob.page.locator("#messages .message").last().isVisible()).toBe(true);
    await expect
      .poll(() =>
        bob.page.locator("#log").evaluate((log) => {
          return log.scrollHeight - log.clientHeight - log.scrollTop;
        }),
      )
      .toBeLessThan(2);
  });

  test("too many messages are held back, and can be sent again", async () => {
    const ada = await join("Ada");
    const texts = Array.from({ length: 45 }, (_, index) => `Line ${index + 1}`);
    await ada.page.evaluate((lines) => {
      const draft = document.querySelector("textarea") as HTMLTextAreaElement;
      for (const line of lines) {
        draft.value = line;
        draft.form?.requestSubmit();
      }
    }, texts);
    const failure = ada.page.locator(".failure").first();
    await failure.waitFor();
    expect(await failure.textContent()).toBe("Not sent: Not so fast.Send again");
    const before = (await ada.messages()).length;
    await expect
      .poll(async () => {
        await failure.getByRole("button", { name: "Send again" }).click();
        return (await ada.messages()).length;
      })
      .toBeGreaterThan(before);
  });

  test("works by keyboard alone, and the panels of a narrow page slide in and out", async () => {
    const ada = await join("Ada", { viewport: { width: 390, height: 700 } });
    const { page } = ada;
    const panel = page.getByRole("navigation", { name: "Rooms" });
    expect(await panel.isVisible()).toBe(false);
    await page.getByRole("button", { name: "Rooms" }).focus();
    await page.keyboard.press("Enter");
    await panel.waitFor();
    expect(await page.getByRole("button", { name: "Close" }).isVisible()).toBe(true);
    await page.keyboard.press("Escape");
    await panel.waitFor({ state: "hidden" });
    const focused = await page.evaluate(() => document.activeElement?.id);
    expect(focused).toBe("show-rooms");
    await page.keyboard.press("Enter");
    await page.getByLabel("Name of a room to join or create").fill("planning");
    await page.keyboard.press("Enter");
    await panel.waitFor({ state: "hidden" });
    await ada.sees("#room-title", "#planning");
    await page.goBack();
    await ada.sees("#room-title", "#lobby");
  });

  test("a room can be left", async () => {
    const ada = await join("Ada");
    const leave = ada.page.getByRole("button", { name: "Leave" });
    expect(await leave.isVisible()).toBe(false);
    await ada.openRoom("planning");
    await leave.click();
    await ada.sees("#room-title", "#lobby");
    expect(new URL(ada.page.url()).hash).toBe("#lobby");
    await expect.poll(() => ada.page.locator("#rooms a").count()).toBe(1);
  });

  test("the first page follows what is going on", async () => {
    await join("Ada");
    const home = await browser.newPage();
    onTestFinished(() => home.close());
    await home.goto(hub.url);
    const read = (selector: string) => (): Promise<string | null> => {
      return home.locator(selector).textContent();
    };
    await expect.poll(read("#state")).toBe("Running");
    await expect.poll(read("#chat")).toBe("1 person in 1 room");
    await expect.poll(read("#connections")).toBe("2");
    await join("Bob");
    await expect.poll(read("#chat"), { timeout: 5000 }).toBe("2 people in 1 room");
    await hub.close();
    await expect.poll(read("#state"), { timeout: 5000 }).toBe("Not running");
    await restart();
    await expect.poll(read("#state"), { timeout: 10_000 }).toBe("Running");
    await home.getByRole("link", { name: "Open the chat" }).click();
    await home.getByRole("heading", { name: "Join the chat" }).waitFor();
  });
});
