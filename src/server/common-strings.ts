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

/** Puts the strings that are kept in the place of equal ones. */
export function shareStrings(texts: string[]): void {
  for (let index = 0; index < texts.length; index++) {
    const text = shared.get(texts[index] as string);
    if (text !== undefined) texts[index] = text;
  }
}
