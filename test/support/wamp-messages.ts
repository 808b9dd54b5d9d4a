/**
 * Any message of WAMP, with any data.
 *
 * @module
 */

import * as fc from "fast-check";
import { MAX_ID } from "../../src/wamp/protocol/ids.ts";
import { payload } from "../../src/wamp/protocol/messages.ts";
import type { Dict, List, Message } from "../../src/wamp/protocol/messages.ts";

const id = fc.oneof(fc.constant(MAX_ID), fc.constant(1), fc.integer({ min: 1, max: MAX_ID - 1 }));
const uri = fc.stringMatching(/^[a-z]{1,8}(?:\.[a-z0-9_]{1,8}){0,4}$/);
const bool = fc.boolean();
/** (Names of object's own properties among them.) */
const key = fc.oneof(
  fc.constantFrom("__proto__", "constructor", "toString", "toJSON", "length", ""),
  fc.string({ unit: "binary", maxLength: 40 }),
);
/** (JSON reads what begins with U+0000 as bytes.) */
const text = fc
  .oneof(
    fc.string({ unit: "binary", maxLength: 300 }),
    fc.constantFrom("\ufeff", `\ufeff${"x".repeat(300)}`, "\ufffd", "a\0"),
  )
  .filter((value) => !value.startsWith("\0"));
const number = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(2 ** 31, 2 ** 32, 2 ** 32 - 1, -(2 ** 31) - 1, MAX_ID, -MAX_ID, 2 ** 60, 0.5),
  // (-0 is 0 in JSON, which has neither NaN nor the infinities.)
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => value + 0),
);

/** Any data that all serializers send and read in the same way. */
export const data: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(number, text, bool, fc.constant(null), fc.uint8Array({ maxLength: 300 })),
    fc.array(tie("value"), { maxLength: 20 }),
    dictOf(tie("value")),
  ),
})).value;

/** (Of `fromEntries`, since with it `__proto__` is a key as any other.) */
function dictOf(value: fc.Arbitrary<unknown>): fc.Arbitrary<Dict> {
  const entry = fc.tuple(key, value);
  return fc.array(entry, { maxLength: 20 }).map((entries) => Object.fromEntries(entries));
}

const dict = dictOf(data);
const extra = dict.map((value) => prefixed(value));
const arguments_ = fc.tuple(
  fc.option(fc.array(data, { maxLength: 5 }), { nil: undefined }),
  fc.option(dict, { nil: undefined }),
);

/** Keys of an extension's own, so that none is one that the specification knows. */
function prefixed(value: Dict): Dict {
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [`_x_${name}`, item]));
}

/** Attributes that are known, some of them, and some that are not. */
function options(known: Record<string, fc.Arbitrary<unknown>> = {}): fc.Arbitrary<Dict> {
  const some = fc.record(known, { requiredKeys: [], noNullPrototype: true });
  return fc.tuple(some, extra).map(([mine, others]) => ({ ...others, ...mine }));
}

function plain(type: number, ...fields: fc.Arbitrary<unknown>[]): fc.Arbitrary<Message> {
  return fc.tuple(...fields).map((values) => [type, ...values] as unknown as Message);
}

function withPayload(type: number, ...fields: fc.Arbitrary<unknown>[]): fc.Arbitrary<Message> {
  return fc
    .tuple(fc.tuple(...fields), arguments_)
    .map(([values, [args, kwargs]]: [unknown[], [List | undefined, Dict | undefined]]) => {
      return [type, ...values, ...payload(args, kwargs)] as unknown as Message;
    });
}

const passthru = { ppt_scheme: text, ppt_serializer: text, ppt_cipher: text, ppt_keyid: text };
const identity = { authid: text, authrole: text, authextra: extra };
const match = fc.constantFrom("exact", "prefix", "wildcard");
const invoke = fc.constantFrom("single", "roundrobin", "random", "first", "last");
const mode = fc.constantFrom("skip", "kill", "killnowait");
const ids = fc.array(id, { maxLength: 4 });
const texts = fc.array(text, { maxLength: 4 });
const count = fc.maxSafeNat();
const requestType = fc.constantFrom(16, 32, 34, 48, 64, 66, 68);
const features = fc.dictionary(fc.constantFrom("call_timeout", "x_other"), bool, {
  noNullPrototype: true,
});
const clientRoles = fc
  .subarray(["publisher", "subscriber", "caller", "callee"], { minLength: 1 })
  .chain((names) => features.map((some) => rolesOf(names, some)));
const routerRoles = features.map((some) => rolesOf(["broker", "dealer"], some));

function rolesOf(names: readonly string[], some: Dict): Dict {
  return Object.fromEntries(names.map((name) => [name, { features: some }]));
}

const publishing = {
  acknowledge: bool,
  exclude_me: bool,
  disclose_me: bool,
  retain: bool,
  exclude: ids,
  eligible: ids,
  exclude_authid: texts,
  eligible_authid: texts,
  exclude_authrole: texts,
  eligible_authrole: texts,
};
const disclosed = { trustlevel: count, retained: bool, topic: uri };
const publisher = { publisher: id, publisher_authid: text, publisher_authrole: text };
const calling = { timeout: count, receive_progress: bool, progress: bool };
const caller = { procedure: uri, caller: id, caller_authid: text, caller_authrole: text };

const progress = { ...passthru, progress: bool };

/** Any message that a peer may send. */
export const message: fc.Arbitrary<Message> = fc.oneof(
  plain(
    1,
    uri,
    options(identity).chain((rest) => clientRoles.map((roles) => ({ ...rest, roles }))),
  ),
  plain(
    2,
    id,
    options(identity).chain((rest) => routerRoles.map((roles) => ({ ...rest, roles }))),
  ),
  withPayload(3, options({ message: text }), uri),
  plain(4, text, dict),
  plain(5, text, dict),
  plain(6, options({ message: text }), uri),
  withPayload(8, requestType, id, options(passthru), uri),
  withPayload(16, id, options({ ...passthru, ...publishing }), uri),
  plain(17, id, id),
  plain(32, id, options({ match, get_retained: bool }), text),
  plain(33, id, id),
  plain(34, id, id),
  plain(35, id),
  plain(
    35,
    fc.constant(0),
    id.map((subscription) => ({ subscription, reason: "com.gone" })),
  ),
  withPayload(36, id, id, options({ ...passthru, ...disclosed, ...publisher })),
  withPayload(48, id, options({ ...passthru, ...calling, disclose_me: bool }), uri),
  plain(49, id, options({ mode: text })),
  withPayload(50, id, options(progress)),
  plain(64, id, options({ match, invoke, concurrency: fc.nat().map((limit) => limit + 1) }), uri),
  plain(65, id, id),
  plain(66, id, id),
  plain(67, id),
  plain(
    67,
    fc.constant(0),
    id.map((registration) => ({ registration })),
  ),
  withPayload(68, id, id, options({ ...passthru, ...calling, ...caller })),
  plain(69, id, options({ mode, reason: uri })),
  withPayload(70, id, options(progress)),
);
