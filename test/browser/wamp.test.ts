/** The page of WAMP in a real browser. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startHub } from "../../src/hub/hub.ts";
import type { Hub } from "../../src/hub/hub.ts";
import { ensureBuilt } from "../support/built.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { hasChromium, launchChromium } from "./support/chromium.ts";

/** How long what happens after a click may take, in milliseconds; reconnecting included. */
const PATIENCE = { timeout: 20_000, interval: 50 };

describe.runIf(hasChromium)("the page of WAMP in Chromium", () => {
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

  async function openTab(): Promise<Tab> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const tab = new Tab(await context.newPage());
    await tab.page.goto(`${hub.url}wamp`);
    await tab.isJoined();
    return tab;
  }

  test("two tabs call each other, and tell each other the news", async () => {
    const ada = await openTab();
    const bob = await openTab();

    await ada.submit("Register");
    await ada.sees("offers com.example.greet");
    await bob.submit("Call");
    await bob.sees('com.example.greet answered "Hello, Ada!"');
    await ada.sees('was called: com.example.greet with ["Ada"]');

    await ada.submit("Subscribe");
    await ada.sees("follows com.example.news");
    await bob.submit("Publish");
    await ada.sees('com.example.news brought ["Hello",42]');
    await bob.sees('published ["Hello",42] to com.example.news');
    expect([...ada.errors, ...bob.errors]).toEqual([]);
  });

  test("says what went wrong, as text", async () => {
    const tab = await openTab();
    const markup = "com.example.<b>missing";
    await tab.page.getByLabel("Call one, whoever offers it").fill(markup);
    await tab.submit("Call");
    await tab.sees(/^wamp\.error\./);
    await tab.page.getByLabel(/^Arguments of the call/).fill("{");
    await tab.submit("Call");
    await tab.sees("these are no values in JSON: {");
    expect(await tab.page.locator("#log b").count()).toBe(0);
    expect(tab.errors).toEqual([]);
  });

  test("goes on after the server was restarted", async () => {
    const ada = await openTab();
    await ada.submit("Register");
    await ada.sees("offers com.example.greet");
    await hub.close();
    await expect.poll(() => ada.page.locator("#state").textContent(), PATIENCE).toMatch(/^Not/);
    hub = await start(Number(new URL(hub.url).port));
    await ada.isJoined();
    const bob = await openTab();
    await bob.submit("Call");
    await bob.sees('com.example.greet answered "Hello, Ada!"');
  });

  test("is found from the first page", async () => {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(hub.url);
    await page.getByRole("link", { name: "Open WAMP" }).click();
    await page.getByRole("heading", { name: "WAMP" }).waitFor();
    const home = await browser.newPage();
    onTestFinished(() => home.close());
    await home.goto(hub.url);
    const count = (): Promise<string | null> =>
      home.locator('[data-path="/wamp"] .count').textContent();
    await expect.poll(count, PATIENCE).toBe("1");
    expect(await home.locator('[data-path="rawsocket"]').isHidden()).toBe(true);
  });

  test("fits a narrow screen", async () => {
    const tab = await openTab();
    await tab.page.setViewportSize({ width: 320, height: 640 });
    const overflow = await tab.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
  });
});

/** A tab, and what a person sees and does in it. */
class Tab {
  readonly page: Page;
  /** What went wrong in the page, whether it was seen or not. */
  readonly errors: string[] = [];

  constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") this.errors.push(message.text());
    });
  }

  async isJoined(): Promise<void> {
    const read = (): Promise<string | null> => this.page.locator("#state").textContent();
    await expect.poll(read, PATIENCE).toMatch(/^Session \d+$/);
  }

  /** Clicks a button. */
  submit(name: string): Promise<void> {
    return this.page.getByRole("button", { name, exact: true }).click();
  }

  /** Waits until there is such a line. */
  async sees(text: string | RegExp): Promise<void> {
    const read = (): Promise<string[]> => this.page.locator("#log span").allTextContents();
    const isThere = async (): Promise<boolean> =>
      (await read()).some((line) => (typeof text === "string" ? line === text : text.test(line)));
    await expect.poll(isThere, { ...PATIENCE, message: `a line: ${text}` }).toBe(true);
  }
}
