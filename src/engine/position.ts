/**
 * A place in the history of a topic.
 *
 * @module
 */

/**
 * `offset` counts the entries that were ever appended; `epoch` names the series that it counts, and is another one when the
 * history was lost or removed. Offsets of two epochs can't be compared.
 */
export interface StreamPosition {
  readonly offset: number;
  readonly epoch: string;
}
