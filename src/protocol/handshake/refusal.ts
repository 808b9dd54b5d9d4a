/**
 * What a request that can't be upgraded is answered with.
 *
 * @module
 */

/** An HTTP response in place of the upgrade. */
export interface Refusal {
  readonly status: number;
  readonly headers: [name: string, value: string][];
  /** One line that says why, for the person who reads the response. */
  readonly message: string;
}

export function refuse(
  status: number,
  message: string,
  headers: [name: string, value: string][] = [],
): Refusal {
  return { status, headers, message };
}
