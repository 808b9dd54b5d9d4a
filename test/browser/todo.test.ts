/** The page of the to-do list in real browsers: what one does shows at once, whatever the server takes. */

import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startHub } from "../../src/hub/hub.ts";
import type { Hub } from "../../src/hub/hub.ts";
import { ensureBuilt } from "../support/built.ts";
import { RecordingLogger } from "../support/recording-logger.ts";
import { Cable } from "./support/cable.ts";
import { hasChromium, launchChromium } from "./support/chromium.ts";

/** How long what happens after a click may take, in milliseconds; reconnecting included. */
const PATIENCE = { timeout: 20_000, interval: 50 };

const WELCOME = ["Open this page in a second window", "Check this off", "Slow the answers down"];

describe.runIf(hasChromium)("the to-do list in Chromium", () => {
  let ours: Browser;
  let theirs: Browser;
  let hub: Hub;

  beforeAll(async () => {
    await ensureBuilt();
    [ours, theirs] = await Promise.all([launchChromium(), launchChromium()]);
  });

  afterAll(() => Promise.all([ours.close(), theirs.close()]));

  beforeEach(async () => {
    hub = await start(0);
    onTestFinished(() => hub.close());
  });

  function start(port: number): Promise<Hub> {
    return startHub({ port, logger: new RecordingLogger() });
  }

  async function open(browser: Browser, query = "", url = hub.url): Promise<Tab> {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const tab = new Tab(await context.newPage());
    await tab.page.goto(`${url}todo${query}`);
    await tab.isConnected();
    await expect.poll(() => tab.page.locator("#left").textContent(), PATIENCE).toMatch(/left$/);
    return tab;
  }

  test("with answers that take half a second, changes show in the next frame, and everywhere in the end", async () => {
    const ada = await open(ours, "?delay=500");
    const bob = await open(theirs, "?delay=500");
    await ada.seesTasks(...WELCOME);

    // What the next frame shows. (Pending: the server has not answered.)
    const added = await ada.page.evaluate(async () => {
      const field = document.querySelector("#title") as HTMLInputElement;
      field.value = "One more";
      field.form?.requestSubmit();
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const last = document.querySelector("#tasks > li:last-child");
      return {
        text: last?.querySelector(".name")?.textContent,
        pending: last?.classList.contains("pending"),
      };
    });
    expect(added).toEqual({ text: "One more", pending: true });
    await bob.seesTasks(...WELCOME, "One more");
    await expect.poll(() => ada.page.locator(".pending").count(), PATIENCE).toBe(0);
    await ada.seesTasks(...WELCOME, "One more");

    const checked = await bob.page.evaluate(async () => {
      const box = document.querySelector("#tasks input") as HTMLInputElement;
      box.click();
      await new Promise((resolve) => requestAnimationFrame(resolve));
      return box.closest("li")?.className;
    });
    expect(checked).toBe("task done pending");
    await expect.poll(() => ada.done(), PATIENCE).toEqual([WELCOME[0]]);
    await expect.poll(() => bob.done(), PATIENCE).toEqual([WELCOME[0]]);

    // Both at once, at the same task, and at others.
    await Promise.all([ada.rename("One more", "Ada’s"), bob.rename("One more", "Bob’s")]);
    await Promise.all([ada.add("From Ada"), bob.add("From Bob")]);
    await Promise.all([ada.remove(WELCOME[1] ?? ""), bob.remove(WELCOME[2] ?? "")]);
    await expect.poll(() => ada.page.locator(".pending").count(), PATIENCE).toBe(0);
    await expect.poll(() => bob.page.locator(".pending").count(), PATIENCE).toBe(0);
    await expect
      .poll(
        async () => JSON.stringify(await ada.tasks()) === JSON.stringify(await bob.tasks()),
        PATIENCE,
      )
      .toBe(true);
    const tasks = await ada.tasks();
    expect(new Set(tasks)).toEqual(new Set([WELCOME[0], "From Ada", "From Bob", tasks[1]]));
    expect(tasks).toHaveLength(4);
    expect(["Ada’s", "Bob’s"]).toContain(tasks[1]);
    expect([...ada.errors, ...bob.errors]).toEqual([]);
  });

  test("a change that the server rejects shows, and is taken back, with a word of why", async () => {
    const ada = await open(ours, "?delay=500");
    const bob = await open(theirs);
    await bob.watchTasks();
    await ada.add("Reject this");
    await ada.seesTasks(...WELCOME, "Reject this");
    await ada.seesTasks(...WELCOME);
    await ada.sees("#toast", "The server rejects this task, as asked.");
    await ada.rename("Check this off", "reject");
    await ada.seesTasks(WELCOME[0] ?? "", "reject", WELCOME[2] ?? "");
    await ada.seesTasks(...WELCOME);
    expect(await bob.everSaw("eject")).toBe(false);
    expect([...ada.errors, ...bob.errors]).toEqual([]);
  });

  test("a page that is loaded again has the list, and its place", async () => {
    const ada = await open(ours);
    await ada.add("Kept");
    await ada.check("Check this off");
    await ada.page.getByRole("link", { name: "Open", exact: true }).click();
    await ada.seesTasks(WELCOME[0] ?? "", WELCOME[2] ?? "", "Kept");
    await ada.page.reload();
    await ada.seesTasks(WELCOME[0] ?? "", WELCOME[2] ?? "", "Kept");
    await ada.page.getByRole("link", { name: "Done", exact: true }).click();
    await ada.seesTasks("Check this off");
    await ada.sees("#left", "3 tasks left");
  });

  test("goes on after the server was restarted, with what was done meanwhile", async () => {
    const ada = await open(ours);
    const bob = await open(theirs);
    await hub.close();
    await ada.sees("#connection", /^Connection lost/);
    await ada.add("While it was away");
    await ada.seesTasks(...WELCOME, "While it was away");
    hub = await start(Number(new URL(hub.url).port));
    await Promise.all([ada.isConnected(), bob.isConnected()]);
    await bob.seesTasks(...WELCOME, "While it was away");
    await ada.seesTasks(...WELCOME, "While it was away");
    await expect.poll(() => ada.page.locator(".pending").count(), PATIENCE).toBe(0);
    expect(await ada.page.locator("#connection").isHidden()).toBe(true);
  });

  test("a connection that broke is made up for, in both directions, once", async () => {
    const ada = await open(ours);
    const cable = await Cable.to(hub.url);
    onTestFinished(() => cable.cut());
    const bob = await open(theirs, "", cable.url);
    await cable.cut();
    await bob.sees("#connection", /^Connection lost/);
    await bob.add("From Bob");
    await ada.add("From Ada");
    await ada.check(WELCOME[0] ?? "");
    await ada.seesTasks(...WELCOME, "From Ada");
    await cable.mend();
    await bob.isConnected();
    await ada.seesTasks(...WELCOME, "From Ada", "From Bob");
    await bob.seesTasks(...WELCOME, "From Ada", "From Bob");
    await expect.poll(() => bob.done(), PATIENCE).toEqual([WELCOME[0]]);
    await expect.poll(() => bob.page.locator(".pending").count(), PATIENCE).toBe(0);
  });

  test("works by keyboard alone, and what people write is text", async () => {
    const ada = await open(ours);
    const { page } = ada;
    const markup = "<img src=x onerror=\"document.title='owned'\">";
    await page.keyboard.type(markup);
    await page.keyboard.press("Enter");
    await ada.seesTasks(...WELCOME, markup);
    expect(await page.title()).toBe("To do");
    // From the field over the button to the first task.
    for (const key of ["Tab", "Tab", "Space"]) await page.keyboard.press(key);
    await expect.poll(() => ada.done(), PATIENCE).toEqual([WELCOME[0]]);
    for (const key of ["Tab", "Enter"]) await page.keyboard.press(key);
    await page.keyboard.type("Renamed");
    await page.keyboard.press("Escape");
    await ada.seesTasks(...WELCOME, markup);
    await page.keyboard.press("Enter");
    await page.keyboard.type("Renamed");
    await page.keyboard.press("Enter");
    await ada.seesTasks("Renamed", ...WELCOME.slice(1), markup);
    for (const key of ["Tab", "Enter"]) await page.keyboard.press(key);
    await ada.seesTasks(...WELCOME.slice(1), markup);
    expect(ada.errors).toEqual([]);
  });

  test("fits a narrow screen, and is found from the first page", async () => {
    const ada = await open(ours);
    await ada.add("x".repeat(120));
    await ada.page.setViewportSize({ width: 320, height: 640 });
    const overflow = await ada.page.evaluate(
      () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
    );
    expect(overflow).toBe(0);
    await ada.page.goto(hub.url);
    await ada.page.getByRole("link", { name: "Open the list" }).click();
    await ada.page.getByRole("heading", { name: "To do" }).waitFor();
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

  async isConnected(): Promise<void> {
    await this.sees("#state", "Connected");
  }

  async add(title: string): Promise<void> {
    await this.page.getByLabel("A new task").fill(title);
    await this.page.getByLabel("A new task").press("Enter");
  }

  check(title: string): Promise<void> {
    return this.page.getByRole("checkbox", { name: title, exact: true }).click();
  }

  async rename(title: string, to: string): Promise<void> {
    await this.page.getByRole("button", { name: title, exact: true }).click();
    const field = this.page.getByLabel(`Rename “${title}”`);
    await field.fill(to);
    await field.press("Enter");
  }

  remove(title: string): Promise<void> {
    return this.page.getByRole("button", { name: `Remove “${title}”` }).click();
  }

  tasks(): Promise<string[]> {
    return this.page.locator("#tasks .name").allTextContents();
  }

  done(): Promise<string[]> {
    return this.page.locator("#tasks .done .name").allTextContents();
  }

  /** Keeps whatever the list shows from now on. */
  async watchTasks(): Promise<void> {
    await this.page.evaluate(() => {
      const list = document.querySelector("#tasks") as HTMLElement;
      const seen: string[] = [];
      const look = (): void => void seen.push(list.textContent ?? "");
      new MutationObserver(look).observe(list, {
        childList: true,
        subtree: true,
        characterData: true,
      });
      Object.assign(globalThis, { seen });
    });
  }

  /** Whether the list has shown a text since. */
  everSaw(text: string): Promise<boolean> {
    return this.page.evaluate(
      (part) =>
        (globalThis as unknown as { seen: string[] }).seen.some((one) => one.includes(part)),
      text,
    );
  }

  async sees(selector: string, text: string | RegExp): Promise<void> {
    const read = (): Promise<string | null> => this.page.locator(selector).textContent();
    if (typeof text === "string") await expect.poll(read, PATIENCE).toBe(text);
    else await expect.poll(read, PATIENCE).toMatch(text);
  }

  async seesTasks(...titles: string[]): Promise<void> {
    await expect.poll(() => this.tasks(), PATIENCE).toEqual(titles);
  }
}
