/**
 * What a realm has counted since it was made.
 *
 * @module
 */

export class RealmStats {
  /** PUBLISH messages, refused ones too. */
  publications = 0;
  /** EVENTs that were sent. */
  events = 0;
  /** EVENTs that slow sessions have missed. */
  dropped = 0;
  /** Retained events that made room for others, or were too large; and events too large for their history. */
  forgotten = 0;
  /** CALL messages, refused ones too. */
  calls = 0;
}
