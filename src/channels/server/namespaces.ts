/**
 * Channels and what is allowed in them: a name, the namespace that it begins with, and that namespace's options.
 *
 * @module
 */

import { checkOptions } from "../../util/option-names.ts";
import type { OptionNames } from "../../util/option-names.ts";
import { ErrorCode } from "../protocol/codes.ts";
import { ChannelError } from "./errors.ts";

/**
 * Who may do something without a token that says so: nobody, those who are subscribed, everybody who has a name, or everybody.
 */
export type Access = "nobody" | "subscribers" | "users" | "anyone";

/** How the history of a channel is kept. */
export interface HistoryOptions {
  /** How many of the latest publications. */
  readonly size: number;
  /** For how many milliseconds after the last one. */
  readonly ttl: number;
}

/**
 * Who may do what; what is left out is allowed to nobody. A subscription token and a hook may allow it too. In a private
 * channel, or one for some users, `users` and `anyone` are only those users and who is subscribed.
 */
export interface AccessOptions {
  /** `listed`: the users that the channel's name ends with, as `chat:room#ann,bob` does. */
  readonly subscribe?: Exclude<Access, "subscribers"> | "listed" | undefined;
  readonly publish?: Access | undefined;
  readonly history?: Access | undefined;
  readonly presence?: Access | undefined;
}

interface CommonOptions {
  readonly access?: AccessOptions | undefined;
  /** Keep who is there, and answer who asks. Default: `false`. */
  readonly presence?: boolean | undefined;
  /** Tell subscribers who comes and who leaves. Default: `false`. */
  readonly joinLeave?: boolean | undefined;
  /** Whether a client that publishes gets its own publication too. Default: `true`. */
  readonly echo?: boolean | undefined;
  /** What the part of the name behind the namespace has to look like. Default: anything. */
  readonly pattern?: RegExp | undefined;
}

interface RecoverableOptions extends CommonOptions {
  readonly history: HistoryOptions;
  /** Who comes back gets exactly what it missed, or is told that it can't. Default: `true` where there is history. */
  readonly recover?: true | undefined;
}

interface LossyOptions extends CommonOptions {
  readonly history?: HistoryOptions | undefined;
  readonly recover?: false | undefined;
  /**
   * What happens to a subscriber that doesn't keep up: it is disconnected, misses publications, or gets the latest one
   * only. What is dropped is counted. Default: `disconnect`.
   */
  readonly slow?: "disconnect" | "drop" | "conflate" | undefined;
}

/** The options of a namespace. Where there is recovery nothing is dropped: a slow subscriber has to recover. */
export type NamespaceOptions =
  | RecoverableOptions
  | (LossyOptions & { readonly history?: undefined })
  | (LossyOptions & { readonly recover: false });

/** A namespace as it is used. */
export interface Namespace {
  readonly name: string;
  readonly access: {
    readonly subscribe: NonNullable<AccessOptions["subscribe"]>;
    readonly publish: Access;
    readonly history: Access;
    readonly presence: Access;
  };
  readonly history: HistoryOptions | undefined;
  readonly recover: boolean;
  readonly presence: boolean;
  readonly joinLeave: boolean;
  readonly echo: boolean;
  readonly slow: "disconnect" | "drop" | "conflate";
  readonly pattern: RegExp | undefined;
}

/** A channel as its name says. */
export interface ChannelName {
  readonly channel: string;
  readonly namespace: Namespace;
  /** The only users that may subscribe, whatever else allows it: those behind the `#`. */
  readonly users: readonly string[] | undefined;
  /** It begins with `$`: only a token, or a hook, lets in. */
  readonly isPrivate: boolean;
}

const MAX_LENGTH = 255;

const ACCESS = ["nobody", "subscribers", "users", "anyone"];

/** Who there is for each thing that is allowed. */
const ALLOWED: Readonly<Record<keyof AccessOptions, readonly string[]>> = {
  subscribe: ["nobody", "users", "anyone", "listed"],
  publish: ACCESS,
  history: ACCESS,
  presence: ACCESS,
};

const OPTIONS: OptionNames<LossyOptions> = {
  access: { subscribe: true, publish: true, history: true, presence: true },
  history: { size: true, ttl: true },
  presence: true,
  joinLeave: true,
  echo: true,
  pattern: true,
  recover: true,
  slow: true,
};

export class Namespaces {
  readonly #namespaces: ReadonlyMap<string, Namespace>;

  /** @throws RangeError or TypeError for options that make no sense. */
  constructor(options: Readonly<Record<string, NamespaceOptions>>) {
    this.#namespaces = new Map(
      Object.entries(options).map(([name, given]) => [name, resolve(name, given)]),
    );
  }

  has(name: string): boolean {
    return this.#namespaces.has(name);
  }

  /** @throws ChannelError `UnknownChannel` for a name that belongs to no namespace, `BadRequest` for none. */
  find(channel: string | undefined): ChannelName {
    if (!channel || channel.length > MAX_LENGTH) throw new ChannelError(ErrorCode.BadRequest);
    const isPrivate = channel.startsWith("$");
    const bare = isPrivate ? channel.slice(1) : channel;
    // (A colon behind it belongs to the name of a user.)
    const [place = "", ...hashed] = bare.split("#");
    const colon = place.indexOf(":");
    const namespace = this.#namespaces.get(colon < 0 ? "" : bare.slice(0, colon));
    if (!namespace || namespace.pattern?.test(bare.slice(colon + 1)) === false) {
      throw new ChannelError(ErrorCode.UnknownChannel);
    }
    const users = hashed.length === 0 ? undefined : hashed.join("#").split(",");
    return { channel, namespace, users, isPrivate };
  }
}

function resolve(name: string, options: NamespaceOptions): Namespace {
  if (/[:#$]/.test(name))
    throw new TypeError(`a namespace can't be called ${JSON.stringify(name)}`);
  checkOptions(`the namespace "${name}"`, options, OPTIONS);
  const {
    access = {},
    history,
    presence = false,
    joinLeave = false,
    echo = true,
    pattern,
  } = options;
  for (const value of history ? [history.size, history.ttl] : []) {
    if (!(value > 0)) throw new RangeError(`history of "${name}": size and ttl have to be above 0`);
  }
  for (const [action, allowed] of Object.entries(ALLOWED)) {
    const value = access[action as keyof AccessOptions];
    if (value === undefined || allowed.includes(value)) continue;
    const given = `${action} of "${name}" is ${JSON.stringify(value)}`;
    throw new TypeError(`${given}, and has to be one of ${allowed.join(", ")}`);
  }
  const { subscribe = "nobody", publish = "nobody" } = access;
  return {
    name,
    access: {
      subscribe,
      publish,
      history: access.history ?? "nobody",
      presence: access.presence ?? "nobody",
    },
    history,
    recover: options.recover ?? history !== undefined,
    presence,
    joinLeave,
    echo,
    slow: ("slow" in options ? options.slow : undefined) ?? "disconnect",
    pattern: pattern && whole(pattern),
  };
}

/** As a whole, and without the memory of an expression that is sticky or global. */
function whole({ source, flags }: RegExp): RegExp {
  return new RegExp(`^(?:${source})$`, flags.replaceAll(/[gmy]/g, ""));
}
