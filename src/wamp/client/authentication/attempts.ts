/**
 * The methods that a client offers in one HELLO, and the attempts that came of them.
 *
 * @module
 */

import * as ErrorUri from "../../protocol/error-uri.ts";
import { WampError } from "../../protocol/errors.ts";
import type { Challenge, Dict, WelcomeDetails } from "../../protocol/messages.ts";
import type { Answer, Attempt, Authentication, AuthenticationContext } from "./authentication.ts";

/** What HELLO.Details says about authentication. */
export interface AuthenticationDetails {
  readonly authmethods: readonly string[];
  readonly authid: string | undefined;
  readonly authextra: Dict | undefined;
}

export class Attempts {
  /** For HELLO.Details. */
  readonly details: AuthenticationDetails;
  readonly #byMethod: ReadonlyMap<string, Attempt>;
  readonly #answered = new Set<Attempt>();

  private constructor(details: AuthenticationDetails, byMethod: ReadonlyMap<string, Attempt>) {
    this.details = details;
    this.#byMethod = byMethod;
  }

  /**
   * In the client's order of preference; none of them is `anonymous`.
   *
   * @throws TypeError for two of one method, and for two that name different `authid`s: a HELLO has only one.
   */
  static async begin(
    methods: readonly Authentication[],
    context: AuthenticationContext,
  ): Promise<Attempts> {
    const byMethod = new Map<string, Attempt>();
    let authid: string | undefined;
    let authextra: Dict | undefined;
    for (const authentication of methods) {
      const { method, authid: asked = authid } = authentication;
      if (byMethod.has(method)) {
        throw new TypeError(`there are two ways to authenticate by ${method}`);
      }
      authid ??= asked;
      if (authid !== asked) throw new TypeError("there can be one authid only");
      const attempt = await authentication.begin(context);
      byMethod.set(method, attempt);
      if (attempt.authextra) authextra = { ...authextra, ...attempt.authextra };
    }
    const authmethods = methods.length > 0 ? [...byMethod.keys()] : ["anonymous"];
    return new Attempts({ authmethods, authid, authextra }, byMethod);
  }

  /** @throws WampError for a method that wasn't offered, and for a challenge that must not be answered. */
  async answer([, method, extra]: Challenge): Promise<Answer> {
    const attempt = this.#byMethod.get(method);
    if (!attempt) {
      throw new WampError(ErrorUri.AuthenticationFailed, [`the router asks for ${method}`]);
    }
    this.#answered.add(attempt);
    return attempt.challenge(extra);
  }

  /** @throws WampError to refuse the router. */
  welcome(details: WelcomeDetails): void {
    const named = this.#byMethod.get(details.authmethod ?? "");
    // (Else a router that can prove nothing would only have to say that it asks for nothing.)
    const unasked = named ? [named] : this.#byMethod.values();
    const attempts = this.#answered.size > 0 ? this.#answered : unasked;
    for (const attempt of attempts) attempt.welcome?.(details);
  }
}
