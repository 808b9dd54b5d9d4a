/**
 * Keys that backends show with each request.
 *
 * @module
 */

/** What a field of a header can carry, and nothing that is lost on the way: printable ASCII, no spaces. */
export function isApiKey(key: unknown): key is string {
  return typeof key === "string" && /^[\x21-\x7e]+$/.test(key);
}

/** The key in `X-API-Key`, or in `Authorization: apikey …` (or `Bearer`). */
export function readApiKey(headers: Headers): string | undefined {
  return headers.get("x-api-key") ?? keyIn(headers.get("authorization") ?? "");
}

function keyIn(authorization: string): string | undefined {
  return /^(?:apikey|bearer) +([\x21-\x7e]+)$/i.exec(authorization)?.[1];
}
