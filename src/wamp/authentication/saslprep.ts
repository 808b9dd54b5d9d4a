/**
 * How user names and passwords are prepared, so that what looks the same is the same (SASLprep, RFC 4013).
 *
 * Of RFC 3454 all is here but two tables, for which Unicode's own properties stand: code points that Unicode 3.2 didn't know
 * yet are taken as they are (as for "queries"), and which letters run from right to left follows from their script.
 *
 * @module
 */

/** Table C.1.2: spaces, which become the one of ASCII. */
const SPACES = /[\u00A0\u1680\u2000-\u200B\u202F\u205F\u3000]/g;
/** Table B.1: what becomes nothing. */
const NOTHING =
  /\u{AD}|\u{34F}|\u{1806}|[\u{180B}-\u{180D}]|\u{200C}|\u{200D}|\u{2060}|[\u{FE00}-\u{FE0F}]|\u{FEFF}/gu;
/** Tables C.2 to C.9: controls, private use, no characters, surrogates, and what changes how others look. */
const PROHIBITED =
  /[\p{Cc}\p{Co}\p{Cs}\p{Noncharacter_Code_Point}\u06DD\u070F\u180E\u2028\u2029\u2061-\u2063\u206A-\u206F\uFFF9-\uFFFD\u2FF0-\u2FFB\u200E\u200F\u202A-\u202E\u{1D173}-\u{1D17A}\u{E0001}\u{E0020}-\u{E007F}]|\u{340}|\u{341}/u;
const RIGHT_TO_LEFT = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/u;
const LEFT_TO_RIGHT =
  /(?![\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}])\p{L}/u;
const IS_ASCII = /^[\x20-\x7E]*$/;

/** @throws TypeError for text that can't be a user name or password. */
export function saslprep(text: string): string {
  if (IS_ASCII.test(text)) return text;
  const prepared = text.replaceAll(SPACES, " ").replaceAll(NOTHING, "").normalize("NFKC");
  if (PROHIBITED.test(prepared))
    throw new TypeError("a user name or password has a character that it must not have");
  if (RIGHT_TO_LEFT.test(prepared) && !isRightToLeft(prepared)) {
    throw new TypeError("a user name or password mixes the directions of writing");
  }
  return prepared;
}

/** RFC 3454 section 6: from right to left it begins and ends, and nothing in it goes the other way. */
function isRightToLeft(text: string): boolean {
  const points = Array.from(text);
  const ends = [points[0], points.at(-1)] as string[];
  return ends.every((point) => RIGHT_TO_LEFT.test(point)) && !LEFT_TO_RIGHT.test(text);
}
