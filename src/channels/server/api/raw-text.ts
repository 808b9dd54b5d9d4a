/**
 * Answers as text, with the data of applications in them as it was published.
 *
 * @module
 */

import type { ClientInfo, Data, Publication } from "../../protocol/messages.ts";

/** JSON that is there already. */
export class RawText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What an answer is made of. Members that are `undefined` are left out; maps become objects. */
export type Answer =
  | string
  | number
  | boolean
  | undefined
  | RawText
  | readonly Answer[]
  | ReadonlyMap<string, Answer>
  | { readonly [name: string]: Answer };

export function toText(answer: Answer): string {
  if (answer instanceof RawText) return answer.text;
  if (answer instanceof Map) return objectText([...(answer as ReadonlyMap<string, Answer>)]);
  if (Array.isArray(answer)) return `[${(answer as readonly Answer[]).map(toText).join(",")}]`;
  if (typeof answer === "object") return objectText(Object.entries(answer));
  return JSON.stringify(answer) ?? "null";
}

/** Bytes can't be in JSON: they are text in base64. */
function dataText(data: Data | undefined): RawText | undefined {
  if (data === undefined) return undefined;
  if (typeof data === "string") return new RawText(data);
  return new RawText(`"${Buffer.from(data).toString("base64")}"`);
}

export function clientInfoAnswer({ user, client, conn_info, chan_info }: ClientInfo): Answer {
  return { user, client, conn_info: dataText(conn_info), chan_info: dataText(chan_info) };
}

export function publicationAnswer({ data, info, offset, tags }: Publication): Answer {
  return { data: dataText(data), info: info && clientInfoAnswer(info), offset, tags };
}

function objectText(members: readonly (readonly [string, Answer])[]): string {
  const texts = members
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${JSON.stringify(name)}:${toText(value)}`);
  return `{${texts.join(",")}}`;
}
