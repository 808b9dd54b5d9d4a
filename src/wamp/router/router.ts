/**
 * The router: realms, and the links of their clients.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import * as CloseUri from "../protocol/close-uri.ts";
import { json } from "../protocol/json.ts";
import { ConnectionLink } from "../protocol/link.ts";
import { parseMessage } from "../protocol/parse.ts";
import type { Link } from "../protocol/link.ts";
import type { Uri } from "../protocol/messages.ts";
import type { Serializer } from "../protocol/serializer.ts";
import { checkRealm, resolveOptions } from "./options.ts";
import type { RealmOptions, RouterOptions, Settings } from "./options.ts";
import { Peer } from "./peer.ts";
import type { Principal } from "./principal.ts";
import { Realm } from "./realm.ts";
import type { RealmStats } from "./stats.ts";

/** For whoever forgot the option; a reason has room for 123 bytes. */
const NO_SUBPROTOCOL =
  "no WAMP subprotocol was agreed on: both sides need theirs as the option subprotocols";

/** What a realm has counted since it was made, and how many are in it. */
export interface RealmStatistics extends Readonly<RealmStats> {
  readonly sessions: number;
}

export class RouterCore {
  readonly settings: Settings;
  readonly serializers: readonly Serializer[];
  readonly #realms = new Map<Uri, Realm>();
  readonly #createRealm: (name: Uri) => RealmOptions | undefined;
  readonly #peers = new Set<Peer>();
  #closed = false;

  constructor(options: RouterOptions) {
    this.settings = resolveOptions(options);
    this.serializers = options.serializers ?? [json];
    this.#createRealm = options.createRealm ?? (() => undefined);
    for (const [name, realm] of Object.entries(options.realms ?? {})) {
      checkRealm(name, realm);
      this.#add(name, realm);
    }
  }

  get subprotocols(): readonly string[] {
    return this.serializers.map(({ subprotocol }) => subprotocol);
  }

  /** For a client's connection. Resolves when it is over; never rejects. */
  handle(connection: Connection): Promise<void> {
    const serializer = this.serializers.find(
      ({ subprotocol }) => subprotocol === connection.subprotocol,
    );
    if (!serializer) return connection.close(1002, NO_SUBPROTOCOL).then(() => {});
    return this.attach(new ConnectionLink(connection, serializer, parseMessage));
  }

  /** `trusted`: who it is, where nobody needs to be asked. */
  async attach(link: Link, trusted?: Principal): Promise<void> {
    if (this.#closed) return link.close();
    const peer = new Peer(this, link, trusted);
    this.#peers.add(peer);
    await peer.run();
    this.#peers.delete(peer);
  }

  /** What clients need to get into the realm of that name, which may not exist yet; `undefined` if it never will. */
  realmOptions(name: Uri): RealmOptions | undefined {
    return this.#realms.get(name)?.options ?? this.#createRealm(name);
  }

  /** The realm of that name, for a client that may get in; made if there is none. */
  enter(name: Uri, options: RealmOptions): Realm {
    const known = this.#realms.get(name);
    if (known) return known;
    // Whoever may name realms could otherwise fill the memory with empty ones.
    return this.#add(name, options, () => this.#realms.delete(name));
  }

  stats(): Map<Uri, RealmStatistics> {
    const entries = Array.from(this.#realms, ([name, { stats, sessions }]) => {
      return [name, Object.assign({}, stats, { sessions: sessions.size })] as const;
    });
    return new Map(entries);
  }

  /** Resolves when all clients have gone. */
  async close(): Promise<void> {
    this.#closed = true;
    const end = { type: "goodbye", reason: CloseUri.SystemShutdown } as const;
    await Promise.all(Array.from(this.#peers, (peer) => peer.close(end)));
  }

  #add(name: Uri, options: RealmOptions, onEmpty?: () => void): Realm {
    const realm = new Realm(name, options, this.settings, onEmpty);
    this.#realms.set(name, realm);
    return realm;
  }
}
