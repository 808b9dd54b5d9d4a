/**
 * Who is in a channel: what the server listed, and who came and left since.
 *
 * @module
 */

import { Latest } from "../../util/latest.ts";
import { toInfo } from "./read.ts";
import type { ClientInfo, Members } from "./types.ts";
import type { WireInfo } from "./wire.ts";

export class MemberMap extends Map<string, ClientInfo> implements Members {
  readonly #latest = new Latest<Members>(this);
  /** What was heard of each client since the list was asked for. */
  #heard: Map<string, ClientInfo | undefined> | undefined;

  /** The list has been asked for: what comes from now on may be in it, or later than it. */
  expect(): void {
    this.#heard = new Map();
  }

  replace(members: ReadonlyMap<string, ClientInfo>): void {
    const heard = this.#heard ?? [];
    this.#heard = undefined;
    this.clear();
    for (const [client, info] of members) this.set(client, info);
    for (const [client, info] of heard) this.#apply(client, info);
    this.#latest.set(this);
  }

  join(info: WireInfo): void {
    this.#hear(info.client, toInfo(info));
  }

  leave({ client }: WireInfo): void {
    this.#hear(client, undefined);
  }

  end(): void {
    this.#latest.end();
  }

  changes(): AsyncIterable<Members> {
    return this.#latest.watch();
  }

  #hear(client: string, info: ClientInfo | undefined): void {
    if (this.#heard) {
      // (Deleted first, so that what was heard last comes last.)
      this.#heard.delete(client);
      this.#heard.set(client, info);
      return;
    }
    this.#apply(client, info);
    this.#latest.set(this);
  }

  #apply(client: string, info: ClientInfo | undefined): void {
    if (info) this.set(client, info);
    else this.delete(client);
  }
}
