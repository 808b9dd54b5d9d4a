/**
 * Who is logged in, and staying so through reconnects.
 *
 * @module
 */

import { quiet } from "../../util/quiet.ts";
import { DdpError } from "../protocol/error.ts";
import type { Call } from "./call.ts";
import type { LoginOptions, MethodCall } from "./types.ts";

/** What logging in goes through. */
export interface LoginHost {
  /** Calls a method alone. */
  callAlone(method: string, params: readonly unknown[]): MethodCall;
  /** The same, not sent yet. */
  prepareAlone(method: string, params: readonly unknown[]): Call;
  setUserId(userId: string | null): void;
  onToken(token: string | undefined): void;
}

export class Login {
  readonly #host: LoginHost;
  #token: string | undefined;
  /** The call that logs in again on this connection. */
  #resume: Call | undefined;

  constructor(host: LoginHost) {
    this.#host = host;
  }

  async login(
    credentials: Readonly<Record<string, unknown>>,
    { method = "login" }: LoginOptions = {},
  ): Promise<string> {
    const call = this.#host.callAlone(method, [credentials]);
    // (The token counts from then on: there may be another connection before the data has come.)
    void quiet(call.result.then((result) => this.#keep(readLogin(result).token)));
    const { id, token } = readLogin(await call.done);
    await this.#resume?.done.catch(() => {});
    if (token !== undefined && this.#token === undefined) {
      throw new DdpError("logged-out", "the server has refused the token that it gave");
    }
    this.#host.setUserId(id);
    return id;
  }

  async logout(): Promise<void> {
    await this.#host.callAlone("logout", []).done;
    this.#forget();
  }

  /** There is another connection: the call to begin with, if somebody is logged in. The one before it is no longer worth making. */
  resume(): { readonly call: Call | undefined; readonly former: Call | undefined } {
    const former = this.#resume;
    const call =
      this.#token === undefined
        ? undefined
        : this.#host.prepareAlone("login", [{ resume: this.#token }]);
    this.#resume = call;
    if (call) void this.#follow(call);
    return { call, former };
  }

  async #follow(call: Call): Promise<void> {
    try {
      const { id, token } = readLogin(await call.done);
      if (this.#resume !== call) return;
      this.#keep(token);
      this.#host.setUserId(id);
    } catch (error) {
      // (Whoever ends the client is not logged out.)
      if (this.#resume === call && error instanceof DdpError) this.#forget();
    } finally {
      if (this.#resume === call) this.#resume = undefined;
    }
  }

  #keep(token: string | undefined): void {
    if (token === undefined || token === this.#token) return;
    this.#token = token;
    this.#host.onToken(token);
  }

  #forget(): void {
    this.#host.setUserId(null);
    if (this.#token === undefined) return;
    this.#token = undefined;
    this.#host.onToken(undefined);
  }
}

/** @throws DdpError for a result that doesn't say who is logged in. */
function readLogin(result: unknown): { id: string; token: string | undefined } {
  const { id, token } = (result ?? {}) as { id?: unknown; token?: unknown };
  if (typeof id !== "string") throw new DdpError(500, "the server doesn't say who is logged in");
  return { id, token: typeof token === "string" ? token : undefined };
}
