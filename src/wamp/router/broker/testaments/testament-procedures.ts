/**
 * The procedures of the Testament Meta API.
 *
 * A testament needs the permission to publish it when it is added: then the client learns of a refusal, and what was promised to
 * it is done, as a subscription once granted stays. It is the broker that publishes it, in {@link Broker.leave}.
 *
 * @module
 */

import * as ErrorUri from "../../../protocol/error-uri.ts";
import { WampError } from "../../../protocol/errors.ts";
import * as MessageType from "../../../protocol/message-type.ts";
import type { Dict, List, PublishOptions, Uri } from "../../../protocol/messages.ts";
import { OPTIONS } from "../../../protocol/options.ts";
import { isDict } from "../../../protocol/dict.ts";
import { uriArgument } from "../../meta/arguments.ts";
import type { MetaCall, MetaProcedure, MetaResult } from "../../meta/meta-procedure.ts";
import type { Realm } from "../../realm.ts";
import { isPublishable } from "../../uris.ts";
import { isPassthru } from "../../passthru.ts";
import { forbidsDisclosure, Publication } from "../publication.ts";
import type { TestamentScope, Testaments } from "./testaments.ts";

interface Testament {
  readonly topic: Uri;
  readonly args: List;
  readonly kwargs: Dict;
  readonly options: PublishOptions;
  readonly scope: TestamentScope;
}

export function testamentProcedures(
  realm: Realm,
  testaments: Testaments,
): Iterable<readonly [Uri, MetaProcedure]> {
  /** What a session waits for permission to add: what it flushes after that comes after that. */
  const pending = new WeakMap<MetaCall["caller"], Promise<unknown>>();

  const inOrder = (
    { caller }: MetaCall,
    work: () => void | Promise<void>,
  ): MetaResult | Promise<MetaResult> => {
    const before = pending.get(caller);
    const done = before ? before.then(work) : work();
    if (!(done instanceof Promise)) return {};
    const settled = done.catch(() => {});
    pending.set(caller, settled);
    void settled.then(() => pending.get(caller) === settled && pending.delete(caller));
    return done.then(() => ({}));
  };

  return [
    [
      "wamp.session.add_testament",
      (call) => {
        const testament = testamentOf(call, realm);
        return inOrder(call, () => add(call, testament, realm, testaments));
      },
    ],
    [
      "wamp.session.flush_testaments",
      (call) => {
        const scope = scopeOf(call);
        return inOrder(call, () => testaments.flush(call.caller, scope));
      },
    ],
  ];
}

/** Throws at once, or rejects, when it isn't added. */
function add(
  { caller }: MetaCall,
  { topic, args, kwargs, options, scope }: Testament,
  realm: Realm,
  testaments: Testaments,
): void | Promise<void> {
  let error: WampError | undefined;
  const asked = realm.authorize(caller, "publish", topic, "exact", {
    allowed: (decision) => {
      if (forbidsDisclosure(decision, options)) {
        error = new WampError(ErrorUri.DiscloseMeDisallowed);
        return;
      }
      const publication = Publication.by(caller, decision, options, topic, args, kwargs);
      testaments.add(caller, scope, publication);
    },
    refused: (uri) => {
      error = new WampError(uri);
    },
  });
  const conclude = (): void => {
    if (error) throw error;
  };
  return asked instanceof Promise ? asked.then(conclude) : conclude();
}

function testamentOf(call: MetaCall, realm: Realm): Testament {
  const topic = uriArgument(call, 0);
  if (!isPublishable(topic, realm.settings)) throw new WampError(ErrorUri.InvalidUri);
  const [, args = [], kwargs = {}] = call.args;
  if (!Array.isArray(args)) throw invalid("argument 1 is a list");
  if (!isDict(kwargs)) throw invalid("argument 2 is a dictionary");
  const scope = scopeOf(call);
  return { topic, args, kwargs, options: optionsOf(call), scope };
}

function optionsOf({ caller, kwargs }: MetaCall): PublishOptions {
  const given = optional(kwargs, "publish_options") ?? {};
  if (!isDict(given)) throw invalid("publish_options are a dictionary");
  for (const [name, check] of OPTIONS.get(MessageType.Publish)?.byName ?? []) {
    if (Object.hasOwn(given, name) && !check.accepts(given[name])) {
      throw invalid(`publish_options: ${name} is no ${check.what}`);
    }
  }
  if (isPassthru(given) && !caller.announces("publisher", "payload_passthru_mode")) {
    throw invalid("payload_passthru_mode was not announced");
  }
  return given;
}

function scopeOf({ kwargs }: MetaCall): TestamentScope {
  const scope = optional(kwargs, "scope") ?? "destroyed";
  if (scope === "destroyed" || scope === "detached") return scope;
  throw invalid("scope is destroyed or detached");
}

function optional(kwargs: Dict, name: string): unknown {
  return Object.hasOwn(kwargs, name) ? kwargs[name] : undefined;
}

function invalid(text: string): WampError {
  return new WampError(ErrorUri.InvalidArgument, [text]);
}
