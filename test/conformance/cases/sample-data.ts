/**
 * The material of sections 12 and 13: generated, but of the kind, size and compressibility that messages have.
 *
 * @module
 */

/** Something to cut messages from. `text` is cut by characters, all of them in the Basic Multilingual Plane. */
export interface Sample {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** A small generator of numbers (xorshift), the same in every run. */
function generator(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const SYLLABLES = "ba den fi gor hal in ker lö mir nu or per rü sta ti um".split(" ");

/** Draws words, few of them often. */
function words(next: (below: number) => number): () => string {
  const vocabulary = Array.from({ length: 600 }, () => {
    const syllables = Array.from({ length: 1 + next(4) }, () => SYLLABLES[next(SYLLABLES.length)]);
    return syllables.join("");
  });
  return () => vocabulary[Math.floor((next(600) * next(600)) / 600)] as string;
}

/** As many parts as it takes for `length` characters. */
function written(length: number, part: () => string): string {
  const parts: string[] = [];
  for (let size = 0; size < length; size += parts.at(-1)?.length ?? 0) parts.push(part());
  return parts.join("").slice(0, length);
}

function json(length: number): string {
  const next = generator(12);
  const word = words(next);
  let id = 0;
  return written(length, () => {
    const name = `${word()}-${++id}`;
    const flags = { checked: true, estimated: false };
    const source = `/stations/${name}/readings.json`;
    const reading = { id, name, kind: "reading", unit: "°C", value: next(100), flags, source };
    return `${JSON.stringify(reading, null, 2)},\n`;
  });
}

function html(length: number): string {
  const next = generator(13);
  const word = words(next);
  return written(length, () => {
    const name = word();
    return `      <tr class="row">
        <td class="name"><a href="/reports/${name}.html">${name}</a></td>
        <td class="state passed" title="passed – no remarks">passed</td>
        <td class="time">${next(100)} ms</td>
      </tr>\n`;
  });
}

/** Verses, some of which come back. */
function verses(next: (below: number) => number): () => string {
  const word = words(next);
  const known = Array.from({ length: 700 }, () => {
    const line = Array.from({ length: 7 }, () => word() + next(1000).toString(36));
    return `${line.join(" ")},\n`;
  });
  return () => known[next(known.length)] as string;
}

function prose(length: number): Uint8Array {
  const text = written(length, verses(generator(14)));
  return Buffer.from(text, "utf8").subarray(0, length);
}

/** Gray squares, and specks on them. */
function picture(length: number): Uint8Array {
  const next = generator(15);
  return Uint8Array.from({ length }, (_, index) => {
    const row = Math.floor(index / 512 / 32);
    const column = Math.floor((index % 512) / 32);
    return ((row * 37 + column * 11) % 200) + (next(40) === 0 ? next(40) : 0);
  });
}

/** Text, every other stretch of which is compressed already. */
function document(length: number): Uint8Array {
  const next = generator(16);
  const verse = verses(next);
  const bytes = Buffer.alloc(length);
  let at = 0;
  for (let stretch = 0; at < length; stretch++) {
    const end = Math.min(length, at + 2_000 + next(8_000));
    if (stretch % 2 === 0) bytes.write(written(end - at, verse), at, end - at);
    else for (let index = at; index < end; index++) bytes[index] = next(256);
    at = end;
  }
  return bytes;
}

let samples: readonly Sample[] | undefined;

/** The five samples, in the order of section 12. Made on first use. */
export function sample(index: number): Sample {
  samples ??= [
    { name: "JSON", content: json(194_056) },
    { name: "a bitmap", content: picture(263_222) },
    { name: "prose", content: prose(222_218) },
    { name: "HTML", content: html(263_620) },
    { name: "a document with compressed parts", content: document(1_042_328) },
  ];
  const found = samples[index];
  if (found === undefined) throw new RangeError(`no sample ${index}`);
  return found;
}

/** Messages of `size` characters or octets, cut one after the other from the sample, which has no end. */
export function* cutMessages({ content }: Sample, size: number): Generator<Uint8Array> {
  for (let from = 0; ; from = (from + size) % content.length) {
    const to = from + size;
    if (typeof content === "string") {
      yield Buffer.from(
        content.slice(from, to) + content.slice(0, Math.max(0, to - content.length)),
        "utf8",
      );
    } else {
      const rest = content.subarray(0, Math.max(0, to - content.length));
      yield Buffer.concat([content.subarray(from, to), rest]);
    }
  }
}
