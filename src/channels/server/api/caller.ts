/**
 * Calls of methods, one or many in a request. What goes wrong in one of many is an error in its place.
 *
 * @module
 */

import { ErrorCode } from "../../protocol/codes.ts";
import type { Channels } from "../channels.ts";
import { ChannelError } from "../errors.ts";
import type { Logger } from "../session-server.ts";
import { apiMethods } from "./methods.ts";
import { Params } from "../params.ts";
import type { Answer } from "./raw-text.ts";

/** A method, and what it is called with. */
export interface Invocation {
  readonly method: string;
  readonly params: Params;
  readonly idempotencyKey: string | undefined;
}

export class Caller {
  readonly #channels: Channels;
  readonly #logger: Logger;

  constructor(channels: Channels, logger: Logger) {
    this.#channels = channels;
    this.#logger = logger;
  }

  /** The result. Rejects with a `ChannelError` when there is none. */
  async call({ method, params, idempotencyKey }: Invocation): Promise<Answer> {
    const run = apiMethods.get(method);
    if (!run) throw new ChannelError(ErrorCode.MethodNotFound);
    try {
      const settle = (result: Promise<Answer>): Promise<Answer> => this.#settle(result);
      return await run({ channels: this.#channels, params, idempotencyKey, settle });
    } catch (error) {
      throw this.#known(error);
    }
  }

  /** The older form: `{method, params}`, which is answered with `{result}` or `{error}`. */
  line(line: Params, idempotencyKey: string | undefined): Promise<Answer> {
    const result = async (): Promise<Answer> => {
      const params = line.object("params") ?? Params.none;
      return this.call({ method: line.string("method"), params, idempotencyKey });
    };
    return this.#settle(result());
  }

  /** `{replies}`, each with its result by the name of the method, or with its error. */
  async batch(params: Params, idempotencyKey: string | undefined): Promise<Answer> {
    const commands = params.objects("commands");
    const reply = (command: Params, index: number): Promise<Answer> =>
      this.#reply(command, keyOf(idempotencyKey, index));
    if (params.boolean("parallel")) return { replies: await Promise.all(commands.map(reply)) };
    const replies: Answer[] = [];
    for (const [index, command] of commands.entries()) replies.push(await reply(command, index));
    return { replies };
  }

  async #reply(command: Params, idempotencyKey: string | undefined): Promise<Answer> {
    try {
      const [method = "", ...others] = command.names;
      if (others.length > 0) {
        throw new ChannelError(ErrorCode.BadRequest, "a command has one method");
      }
      if (!apiMethods.has(method)) throw new ChannelError(ErrorCode.MethodNotFound);
      const params = command.object(method) as Params;
      return { [method]: await this.call({ method, params, idempotencyKey }) };
    } catch (error) {
      return errorAnswer(this.#known(error));
    }
  }

  async #settle(result: Promise<Answer>): Promise<Answer> {
    try {
      return { result: await result };
    } catch (error) {
      return errorAnswer(this.#known(error));
    }
  }

  /** What nobody foresaw is for the log, and not for whoever called. */
  #known(error: unknown): ChannelError {
    if (error instanceof ChannelError) return error;
    this.#logger.error("a call of the server API failed", error);
    return new ChannelError(ErrorCode.Internal);
  }
}

function errorAnswer({ errorCode, message }: ChannelError): Answer {
  return { error: { code: errorCode, message } };
}

/** One key for a request with many publications: each has its own, the same when the request is repeated. */
export function keyOf(idempotencyKey: string | undefined, index: number): string | undefined {
  return idempotencyKey === undefined ? undefined : `${idempotencyKey}/${index}`;
}
