/**
 * Writes of clients: methods with Meteor's names, for the collections that there are rules for.
 *
 * @module
 */

import type { Document } from "../../live/documents.ts";
import type { Methods } from "../methods/methods.ts";
import { Restriction } from "./restriction.ts";
import { checkRules } from "./write-rules.ts";
import type { RestrictedCollection, WriteRules } from "./write-rules.ts";

export class ClientWrites {
  readonly #methods: Methods;
  readonly #restrictions = new Map<RestrictedCollection, Restriction>();

  constructor(methods: Methods) {
    this.#methods = methods;
  }

  /** @throws TypeError for rules that make no sense, and when the names of the collection's methods are taken. */
  allow<T extends Document>(collection: RestrictedCollection<T>, rules: WriteRules<T>): void {
    checkRules("allow", rules);
    this.#restriction(collection).allow.push(rules);
  }

  /** @throws as {@link allow}. */
  deny<T extends Document>(collection: RestrictedCollection<T>, rules: WriteRules<T>): void {
    checkRules("deny", rules);
    this.#restriction(collection).deny.push(rules);
  }

  #restriction<T extends Document>(of: RestrictedCollection<T>): Restriction<T> {
    const collection = of as unknown as RestrictedCollection;
    let restriction = this.#restrictions.get(collection);
    if (!restriction) {
      restriction = new Restriction(collection);
      this.#methods.add(restriction.methods());
      this.#restrictions.set(collection, restriction);
    }
    return restriction as unknown as Restriction<T>;
  }
}
