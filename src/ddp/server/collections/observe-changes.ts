/**
 * Live queries for an application's own use.
 *
 * @module
 */

import type { DocumentSink } from "../../live/live-source.ts";
import type { DocumentId } from "../../protocol/document-id.ts";
import { clone } from "../../protocol/ejson/clone.ts";
import type { Fields } from "../../protocol/fields.ts";
import { checkOptions } from "../../../util/option-names.ts";
import type { OptionNames } from "../../../util/option-names.ts";
import type { Logger } from "../../../util/logger.ts";
import { bindScope } from "../scope.ts";

/** What to call. One that throws ends the live query for these callbacks: `failed` hears of it. */
export interface ChangeCallbacks {
  added?(id: DocumentId, fields: Fields): void;
  /** With the fields that are different: `undefined` for those that are gone. */
  changed?(id: DocumentId, changes: Fields): void;
  removed?(id: DocumentId): void;
  /** Nothing follows. Default: the error is written to the console. */
  failed?(error: unknown): void;
}

const NAMES: OptionNames<ChangeCallbacks> = {
  added: true,
  changed: true,
  removed: true,
  failed: true,
};

/** @throws TypeError for a callback that there is not, and for one that is no function. */
export function toSink(callbacks: ChangeCallbacks): DocumentSink {
  checkOptions("observeChanges", callbacks, NAMES);
  for (const [name, callback] of Object.entries(callbacks)) {
    if (callback !== undefined && typeof callback !== "function") {
      throw new TypeError(`the callback ${name} is no function`);
    }
  }
  const call = bindScope((run: () => void) => run());
  const { failed = report } = callbacks;
  return {
    added: (id, fields) => call(() => callbacks.added?.(id, clone(fields))),
    changed: (id, changes) => call(() => callbacks.changed?.(id, clone(changes))),
    removed: (id) => call(() => callbacks.removed?.(id)),
    failed: (error) => call(() => failed.call(callbacks, error)),
  };
}

function report(error: unknown): void {
  const logger: Logger = console;
  logger.error("a live query's callback failed:", error);
}
