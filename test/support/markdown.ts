/**
 * The code blocks of a Markdown document.
 *
 * @module
 */

export interface CodeBlock {
  /** What follows the fence, up to the first blank: `ts`, `sh`, … */
  readonly language: string;
  /** The words after the language. */
  readonly attributes: readonly string[];
  readonly text: string;
  /** The line that the block begins with, from 1. */
  readonly line: number;
  /** Which heading it stands under: how many headings came before. */
  readonly section: number;
}

const FENCE = /^```(\S*)\s*(.*)$/;
const HEADING = /^#{1,6}\s/;

export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let section = 0;
  let open: { language: string; attributes: string[]; line: number; lines: string[] } | undefined;
  for (const [index, text] of markdown.split("\n").entries()) {
    if (open === undefined) {
      const fence = FENCE.exec(text);
      if (fence !== null) {
        const attributes = (fence[2] ?? "").split(/\s+/).filter((word) => word !== "");
        open = { language: fence[1] ?? "", attributes, line: index + 1, lines: [] };
      } else if (HEADING.test(text)) section += 1;
    } else if (text === "```") {
      const { lines, ...rest } = open;
      blocks.push({ ...rest, text: lines.join("\n"), section });
      open = undefined;
    } else open.lines.push(text);
  }
  if (open !== undefined) throw new Error(`the code block of line ${open.line} has no end`);
  return blocks;
}
