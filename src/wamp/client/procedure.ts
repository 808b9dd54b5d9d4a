/**
 * A procedure that a client has registered.
 *
 * @module
 */

import * as MessageType from "../protocol/message-type.ts";
import type { Uri } from "../protocol/messages.ts";
import type { Procedure } from "./invocation.ts";
import { wireOptions } from "./options.ts";
import type { Session } from "./session.ts";
import { Standing } from "./standing.ts";
import type { StandingHost } from "./standing.ts";
import type { Invocation, RegisterOptions, Registration } from "./types.ts";

export class RegisteredProcedure extends Standing implements Procedure, Registration {
  readonly handler: (invocation: Invocation) => unknown;
  readonly maxChunks: number | undefined;
  readonly #options: Readonly<Record<string, never>>;

  constructor(
    host: StandingHost,
    uri: Uri,
    handler: (invocation: Invocation) => unknown,
    options: RegisterOptions = {},
  ) {
    super(host, MessageType.Register, uri, options.match);
    this.handler = handler;
    this.maxChunks = options.chunks === true ? (options.maxQueue ?? 1024) : undefined;
    this.#options = wireOptions(options);
  }

  get procedure(): Uri {
    return this.uri;
  }

  unregister(): Promise<void> {
    return this.undo();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.undo();
  }

  report(error: unknown): void {
    this.host.report(error, { in: "invocation", uri: this.uri });
  }

  protected options(): Readonly<Record<string, never>> {
    return this.#options;
  }

  protected table(session: Session): Session["registrations"] {
    return session.registrations;
  }

  protected attached(): void {}

  protected finished(): void {}
}
