/**
 * Which connections are logged in by which token. When a token is gone, whoever removed it, they are closed.
 *
 * @module
 */

import type { LiveHandle } from "../../live/live-source.ts";
import { DdpError } from "../../protocol/error.ts";
import type { DdpConnection } from "../connection.ts";
import type { UserStore } from "./users.ts";

interface Binding {
  readonly hashedToken: string;
  readonly handle: LiveHandle;
}

/** For a token that there isn't, or no longer. */
export function loggedOut(): DdpError {
  return new DdpError(403, "You've been logged out by the server. Please log in again.");
}

export class Logins {
  readonly #users: UserStore;
  readonly #bindings = new WeakMap<DdpConnection, Binding>();
  readonly #followed = new WeakSet<DdpConnection>();

  constructor(users: UserStore) {
    this.#users = users;
  }

  /** The token that the connection is logged in by. */
  tokenOf(connection: DdpConnection): string | undefined {
    return this.#bindings.get(connection)?.hashedToken;
  }

  /**
   * The connection is logged in by that token from now on, and no longer by another.
   *
   * @throws DdpError 403 (as a rejection) when the user doesn't have that token any more.
   */
  async bind(connection: DdpConnection, userId: string, hashedToken: string): Promise<void> {
    let isThere = false;
    // (A client learns that it is logged out when it comes back and shows its token.)
    const end = (): void => {
      if (isThere) connection.close();
      isThere = false;
    };
    const handle = await this.#users.holding(userId, hashedToken).observe({
      added: () => {
        isThere = true;
      },
      changed: () => {},
      removed: end,
      failed: end,
    });
    if (!isThere) {
      handle.stop();
      throw loggedOut();
    }
    this.release(connection);
    this.#bindings.set(connection, { hashedToken, handle });
    if (this.#followed.has(connection)) return;
    this.#followed.add(connection);
    connection.onClose(() => {
      // (Whoever binds it after that has to hear of it again.)
      this.#followed.delete(connection);
      this.release(connection);
    });
  }

  /** The connection is no longer logged in. Returns the token that it was logged in by. */
  release(connection: DdpConnection): string | undefined {
    const binding = this.#bindings.get(connection);
    this.#bindings.delete(connection);
    binding?.handle.stop();
    return binding?.hashedToken;
  }
}
