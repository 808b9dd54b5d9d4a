/**
 * Plays cases, one after the other, and says what became of each.
 *
 * @module
 */

import type { Connection } from "../../connection/connection.ts";
import { checkOptions } from "../../util/option-names.ts";
import type { OptionNames } from "../../util/option-names.ts";
import * as MessageType from "../protocol/message-type.ts";
import { CLIENT_ROLES } from "../protocol/features.ts";
import type { Roles } from "../protocol/messages.ts";
import { randomId } from "../protocol/random-id.ts";
import type { Serializer } from "../protocol/serializer.ts";
import { Actor } from "./actor.ts";
import type { CaseResult, ConformanceCase } from "./case.ts";
import { runCase } from "./run-case.ts";
import { notAnnounced } from "./stage.ts";
import type { Surroundings } from "./stage.ts";

/** What {@link runConformance} has to be told. Durations are milliseconds. */
export interface ConformanceOptions {
  /**
   * Opens a connection to the router, with the serializer's subprotocol. Has to reject in bounded time when it can't, so that a
   * run always ends.
   */
  readonly open: (serializer: Serializer) => Promise<Connection>;
  /** What all sessions talk in, unless a case says otherwise. */
  readonly serializer: Serializer;
  /** Those that cases may ask for besides. Default: only `serializer`. */
  readonly serializers?: readonly Serializer[] | undefined;
  /** Where anonymous sessions may do everything. Default: `realm1`. */
  readonly realm?: string | undefined;
  /** What the router is configured for, such as `ticket-users`; `all` for everything. Default: nothing. */
  readonly fixtures?: readonly string[] | undefined;
  /** Cases fail whose features the router doesn't announce; otherwise they are `unsupported`. Default: `false`. */
  readonly strict?: boolean | undefined;
  /** How long anything may take that the router has to do. Default: 2000. */
  readonly timeout?: number | undefined;
  /** Called with each result as it comes. */
  readonly onResult?: ((result: CaseResult) => void) | undefined;
}

const OPTION_NAMES: OptionNames<ConformanceOptions> = {
  open: true,
  serializer: true,
  serializers: true,
  realm: true,
  fixtures: true,
  strict: true,
  timeout: true,
  onResult: true,
};

/**
 * Plays the cases, one after the other, and resolves with a result for each that makes sense with the serializer. What the router
 * does never rejects it; a router that can't be reached at all does.
 *
 * Cases use URIs of their own, so that a router that is used by others, too, isn't disturbed; except for the realms of the fixtures.
 *
 * @throws TypeError for options that it doesn't know.
 * @throws what `open` rejected with, if the first connection couldn't be opened, and Error when the first session wasn't welcomed.
 *
 * @example
 * ```ts
 * const open = ({ subprotocol }) => connect("ws://localhost:8080/ws", { subprotocols: [subprotocol] });
 * const results = await runConformance(loadCases(files), { open, serializer: json });
 * ```
 */
export async function runConformance(
  cases: readonly ConformanceCase[],
  options: ConformanceOptions,
): Promise<CaseResult[]> {
  checkOptions("runConformance", options, OPTION_NAMES);
  const { open, serializer, serializers = [serializer] } = options;
  const { realm = "realm1", timeout = 2000 } = options;
  const surroundings: Surroundings = { open, serializer, serializers, realm, timeout };
  const roles = await announcedRoles(surroundings);
  const run = randomId().toString(36);
  const results: CaseResult[] = [];
  for (const [index, one] of cases.entries()) {
    if (one.serializers && !one.serializers.includes(serializer.name)) continue;
    const reason = missing(one, roles, options);
    const result: CaseResult =
      reason === undefined
        ? await runCase(one, surroundings, `r${run}_${index}`)
        : { id: one.id, serializer: serializer.name, outcome: "unsupported", reason };
    results.push(result);
    options.onResult?.(result);
  }
  return results;
}

/** What a case needs and the router hasn't. */
function missing(
  one: ConformanceCase,
  roles: Roles,
  { fixtures = [], strict = false, serializer, serializers = [serializer] }: ConformanceOptions,
): string | undefined {
  const fixture = one.requires.find((name) => !fixtures.includes(name));
  if (fixture !== undefined && !fixtures.includes("all")) {
    return `the router is not configured for it: ${fixture}`;
  }
  for (const { serializer: wanted } of one.actors.values()) {
    if (wanted !== undefined && !serializers.some(({ name }) => name === wanted)) {
      return `there is no ${wanted}`;
    }
  }
  const feature = strict ? undefined : notAnnounced(one.needs, roles);
  return feature === undefined ? undefined : `the router doesn't announce ${feature}`;
}

async function announcedRoles({ open, serializer, realm, timeout }: Surroundings): Promise<Roles> {
  const actor = new Actor(await open(serializer), serializer, {}, timeout);
  try {
    actor.send([MessageType.Hello, realm, { roles: CLIENT_ROLES }]);
    const answer = await actor.inbox.takeMessage();
    if (answer[0] === MessageType.Welcome) return (answer[2] as { roles: Roles }).roles;
    throw new Error(`the router doesn't let an anonymous session into ${realm}`);
  } finally {
    await actor.close();
  }
}
