/**
 * Strings that most handshakes have in common: kept once, and not for each connection that has its request.
 *
 * @module
 */

/** Names of fields and whole values, as browsers and common clients write them. */
const COMMON: readonly string[] = [
  "Accept",
  "Accept-Encoding",
  "Accept-Language",
  "Cache-Control",
  "Connection",
  "Cookie",
  "Host",
  "Origin",
  "Pragma",
  "Sec-Fetch-Dest",
  "Sec-Fetch-Mode",
  "Sec-Fetch-Site",
  "Sec-WebSocket-Extensions",
  "Sec-WebSocket-Key",
  "Sec-WebSocket-Protocol",
  "Sec-WebSocket-Version",
  "Upgrade",
  "User-Agent",
  "X-Forwarded-For",
  "X-Forwarded-Host",
  "X-Forwarded-Proto",
  "X-Real-IP",
  "*/*",
  "13",
  "cross-site",
  "empty",
  "gzip, deflate, br",
  "gzip, deflate, br, zstd",
  "https",
  "keep-alive, Upgrade",
  "no-cache",
  "permessage-deflate",
  "permessage-deflate; client_max_window_bits",
  "same-origin",
  "same-site",
  "websocket",
  "WebSocket",
];

const shared = new Map<string, string>();
for (const text of COMMON) {
  shared.set(text, text);
  shared.set(text.toLowerCase(), text.toLowerCase());
}

/** Fields whose values many clients have in common, and that are no secrets; as common clients write them. */
const REPEATED = new Set(
  [
    "Host",
    "Origin",
    "User-Agent",
    "Accept-Language",
    "Sec-WebSocket-Extensions",
    "Sec-WebSocket-Protocol",
  ].flatMap((name) => [name, name.toLowerCase()]),
);

/** Values of these that came lately, and how many of which length are kept. */
let recent = new Map<string, string>();
const MAX_RECENT = 256;
const MAX_LENGTH = 512;

/** Puts the strings that are kept in the place of equal ones. `fields`: names and values in turn. */
export function shareStrings(fields: string[]): void {
  for (let index = 0; index + 1 < fields.length; index += 2) {
    const name = fields[index] as string;
    const value = fields[index + 1] as string;
    fields[index] = shared.get(name) ?? name;
    fields[index + 1] = shared.get(value) ?? recent.get(value) ?? keep(name, value);
  }
}

/** Whether it is one of those that are kept at the moment. */
export function isShared(text: string): boolean {
  return shared.has(text) || recent.has(text);
}

function keep(name: string, value: string): string {
  if (value.length > MAX_LENGTH || !REPEATED.has(name)) return value;
  // (Whoever sends ever new ones makes it begin again.)
  if (recent.size >= MAX_RECENT) recent = new Map();
  recent.set(value, value);
  return value;
}
