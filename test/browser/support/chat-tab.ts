/**
 * A tab of the chat, and what a person sees and does in it.
 *
 * @module
 */

import type { Browser, BrowserContext, Page } from "playwright-core";
import { expect, onTestFinished } from "vitest";

/** How long what happens after a click may take, in milliseconds; reconnecting included. */
const PATIENCE = { timeout: 20_000, interval: 50 };

export class ChatTab {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What went wrong in the page, whether it was seen or not. */
  readonly errors: string[] = [];

  private constructor(page: Page, context: BrowserContext) {
    this.page = page;
    this.context = context;
    page.on("pageerror", (error) => this.errors.push(String(error)));
    page.on("console", (message) => {
      // A server that is away is no mistake of the page.
      const isExpected = message.text().includes("WebSocket connection to");
      if (message.type() === "error" && !isExpected) this.errors.push(message.text());
    });
  }

  /** Opens the chat, as somebody with a browser of their own. */
  static async open(browser: Browser, url: string, options: object = {}): Promise<ChatTab> {
    const context = await browser.newContext(options);
    onTestFinished(() => context.close());
    const tab = new ChatTab(await context.newPage(), context);
    await tab.page.goto(url);
    return tab;
  }

  /** Gives a name, and waits until the tab is in the room. */
  async join(name: string): Promise<this> {
    await this.page.getByRole("textbox", { name: "Your name" }).fill(name);
    await this.page.getByRole("button", { name: "Join", exact: true }).click();
    await this.sees("#presence", /here$/);
    return this;
  }

  /** Types a message and sends it by the keyboard. */
  async say(text: string): Promise<void> {
    await this.draft.fill(text);
    await this.draft.press("Enter");
  }

  /** Joins or creates a room by its name. */
  async openRoom(name: string): Promise<void> {
    const field = this.page.getByLabel("Name of a room to join or create");
    await field.fill(name);
    await field.press("Enter");
    await this.sees("#room-title", `#${name}`);
    await this.sees("#presence", /here$/);
  }

  get draft(): ReturnType<Page["getByLabel"]> {
    return this.page.getByLabel("Message", { exact: true });
  }

  /** What was said in the room, by whom it is shown to be. */
  async messages(): Promise<string[]> {
    return this.page.locator("#messages .text").allTextContents();
  }

  async people(): Promise<string[]> {
    return this.page.locator("#people .name").allTextContents();
  }

  /** Waits until an element's text is `text`. */
  async sees(selector: string, text: string | RegExp): Promise<void> {
    const read = (): Promise<string | null> => this.page.locator(selector).textContent();
    if (typeof text === "string") await expect.poll(read, PATIENCE).toBe(text);
    else await expect.poll(read, PATIENCE).toMatch(text);
  }

  async seesMessages(...texts: string[]): Promise<void> {
    await expect.poll(() => this.messages(), PATIENCE).toEqual(texts);
  }

  async seesPeople(...names: string[]): Promise<void> {
    await expect.poll(() => this.people(), PATIENCE).toEqual(names);
  }

  async isOnline(): Promise<void> {
    const isHidden = (): Promise<boolean> => this.page.locator("#connection").isHidden();
    await expect.poll(isHidden, PATIENCE).toBe(true);
    await this.sees("#presence", /here$/);
  }

  async isOffline(): Promise<void> {
    await this.sees("#connection", /^Connection lost\. Reconnecting/);
  }
}
