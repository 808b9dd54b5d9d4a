/**
 * A session of a client's: what it asks of the router, and what the router asks of it.
 *
 * @module
 */

import { ClosedError } from "../../errors.ts";
import { Deferred } from "../../util/deferred.ts";
import { quiet } from "../../util/quiet.ts";
import { CloseUri, ErrorUri, Violation, WampError } from "../protocol/errors.ts";
import { CLIENT_ROLES } from "../protocol/features.ts";
import { nextId } from "../protocol/ids.ts";
import type { Link } from "../protocol/link.ts";
import { MessageType } from "../protocol/message-type.ts";
import { payload } from "../protocol/messages.ts";
import type {
  CallOptions,
  Dict,
  EventDetails,
  Id,
  InvocationDetails,
  List,
  Message,
  PublishOptions,
  RegisterOptions,
  SubscribeOptions,
  Uri,
  WelcomeDetails,
} from "../protocol/messages.ts";
import { messageName } from "../protocol/parse.ts";

/** What a call, or an event, brought. */
export interface Data {
  readonly args: List;
  readonly kwargs: Dict;
}

export type EventHandler = (event: Data & { readonly details: EventDetails }) => void;
export type ProcedureHandler = (call: Data & { readonly details: InvocationDetails }) => unknown;

export class ClientSession {
  readonly #link: Link;
  readonly #welcome = new Deferred<WelcomeDetails>();
  readonly #requests = new Map<Id, Deferred<Message>>();
  readonly #handlers = new Map<Id, EventHandler>();
  readonly #procedures = new Map<Id, ProcedureHandler>();
  readonly #closed = new Deferred<void>();
  #lastRequest: Id = 0;
  #id: Id = 0;
  #ended = false;

  private constructor(link: Link) {
    this.#link = link;
  }

  static async join(link: Link, realm: Uri): Promise<ClientSession> {
    const session = new ClientSession(link);
    void session.#run();
    void link.send([MessageType.Hello, realm, { roles: CLIENT_ROLES, agent: "fullduplex" }]);
    await session.#welcome.promise;
    return session;
  }

  get id(): Id {
    return this.#id;
  }

  get closed(): Promise<void> {
    return this.#closed.promise;
  }

  /** The first value of the result. */
  async call(procedure: Uri, args?: List, kwargs?: Dict, options?: CallOptions): Promise<unknown> {
    const result = await this.callResult(procedure, args, kwargs, options);
    return result.args[0];
  }

  async callResult(
    procedure: Uri,
    args?: List,
    kwargs?: Dict,
    options: CallOptions = {},
  ): Promise<Data> {
    const answer = await this.#request((request) => [
      MessageType.Call,
      request,
      options,
      procedure,
      ...payload(args, kwargs),
    ]);
    return { args: (answer[3] as List) ?? [], kwargs: (answer[4] as Dict) ?? {} };
  }

  /** With `acknowledge` it resolves with the id of the publication. */
  async publish(
    topic: Uri,
    args?: List,
    kwargs?: Dict,
    options: PublishOptions = {},
  ): Promise<Id | undefined> {
    const make = (request: Id): Message => [
      MessageType.Publish,
      request,
      options,
      topic,
      ...payload(args, kwargs),
    ];
    if (options.acknowledge !== true) {
      await this.#link.send(make(this.#nextRequest()));
      return undefined;
    }
    const answer = await this.#request(make);
    return answer[2] as Id;
  }

  async subscribe(topic: Uri, handler: EventHandler, options: SubscribeOptions = {}): Promise<Id> {
    const answer = await this.#request((request) => [
      MessageType.Subscribe,
      request,
      options,
      topic,
    ]);
    this.#handlers.set(answer[2] as Id, handler);
    return answer[2] as Id;
  }

  async register(
    procedure: Uri,
    handler: ProcedureHandler,
    options: RegisterOptions = {},
  ): Promise<Id> {
    const answer = await this.#request((request) => [
      MessageType.Register,
      request,
      options,
      procedure,
    ]);
    this.#procedures.set(answer[2] as Id, handler);
    return answer[2] as Id;
  }

  async close(): Promise<void> {
    if (!this.#ended) void this.#link.send([MessageType.Goodbye, {}, CloseUri.Normal]);
    await this.#closed.promise;
  }

  #nextRequest(): Id {
    return (this.#lastRequest = nextId(this.#lastRequest));
  }

  #request(make: (request: Id) => Message): Promise<Message> {
    const request = this.#nextRequest();
    const answer = new Deferred<Message>();
    this.#requests.set(request, answer);
    void this.#link.send(make(request));
    return answer.promise;
  }

  async #run(): Promise<void> {
    const error = await this.#link
      .receive((message) => {
        this.#receive(message);
        return undefined;
      })
      .catch(async (reason: unknown) => {
        await this.#link.close();
        return reason;
      });
    this.#ended = true;
    const end =
      error ?? new ClosedError({ code: 1000, reason: "", wasClean: true, initiator: "remote" });
    void quiet(this.#welcome.promise);
    this.#welcome.reject(end);
    for (const waiting of this.#requests.values()) {
      void quiet(waiting.promise);
      waiting.reject(end);
    }
    this.#closed.resolve();
  }

  #receive(message: Message): void {
    switch (message[0]) {
      case MessageType.Welcome:
        this.#id = message[1];
        return this.#welcome.resolve(message[2]);
      case MessageType.Abort:
        return this.#welcome.reject(new WampError(message[2], message[3], message[4]));
      case MessageType.Goodbye:
        return void this.#link.close();
      case MessageType.Error:
        return this.#settle(message[2], new WampError(message[4], message[5], message[6]));
      case MessageType.Result:
      case MessageType.Published:
      case MessageType.Subscribed:
      case MessageType.Registered:
        return this.#settle(message[1], message);
      case MessageType.Event: {
        const [, id, , details, args = [], kwargs = {}] = message;
        return this.#handlers.get(id)?.({ args, kwargs, details });
      }
      case MessageType.Invocation:
        return void this.#invoke(message[1], message[2], {
          details: message[3],
          args: message[4] ?? [],
          kwargs: message[5] ?? {},
        });
      default:
        throw new Violation(`unexpected ${messageName(message[0])}`);
    }
  }

  #settle(request: Id, answer: Message | WampError): void {
    const waiting = this.#requests.get(request);
    this.#requests.delete(request);
    if (answer instanceof WampError) waiting?.reject(answer);
    else waiting?.resolve(answer);
  }

  async #invoke(
    invocation: Id,
    registration: Id,
    call: Data & { readonly details: InvocationDetails },
  ): Promise<void> {
    try {
      const result = await this.#procedures.get(registration)?.(call);
      void this.#link.send([MessageType.Yield, invocation, {}, ...payload([result], undefined)]);
    } catch (error) {
      const { uri, args, kwargs } =
        error instanceof WampError ? error : new WampError(ErrorUri.RuntimeError);
      void this.#link.send([
        MessageType.Error,
        MessageType.Invocation,
        invocation,
        {},
        uri,
        ...payload(args, kwargs),
      ]);
    }
  }
}
