/**
 * Values by strings, and those whose string another one begins with: a radix trie, whose edges are the parts of strings that
 * don't branch. It has at most two nodes for each value, and what it takes to search depends on the string that is looked
 * for alone.
 *
 * @module
 */

interface Node<T> {
  /** What leads here from the node above; empty at the root only. */
  label: string;
  value: T | undefined;
  /** By the first character of their labels. */
  children: Map<string, Node<T>> | undefined;
}

export class PrefixTrie<T> {
  readonly #root: Node<T> = { label: "", value: undefined, children: undefined };

  set(prefix: string, value: T): void {
    let node = this.#root;
    let rest = prefix;
    while (rest !== "") {
      const next = node.children?.get(rest.charAt(0));
      if (!next) {
        adopt(node, { label: rest, value, children: undefined });
        return;
      }
      const common = commonLength(next.label, rest);
      if (common < next.label.length) split(next, common);
      rest = rest.slice(common);
      node = next;
    }
    node.value = value;
  }

  delete(prefix: string): void {
    let parent: Node<T> | undefined;
    let node = this.#root;
    for (let at = 0; at < prefix.length; at += node.label.length) {
      const next = node.children?.get(prefix.charAt(at));
      if (!next || !prefix.startsWith(next.label, at)) return;
      parent = node;
      node = next;
    }
    node.value = undefined;
    this.#prune(node, parent);
  }

  /** Adds all values whose prefix the string begins with, the shortest prefix first. */
  collect(text: string, values: T[]): void {
    let node: Node<T> | undefined = this.#root;
    for (let at = 0; node; node = node.children?.get(text.charAt(at))) {
      if (!text.startsWith(node.label, at)) return;
      at += node.label.length;
      if (node.value !== undefined) values.push(node.value);
      if (at === text.length) return;
    }
  }

  /** The value of the longest prefix that the string begins with. */
  longest(text: string): T | undefined {
    let found: T | undefined;
    let node: Node<T> | undefined = this.#root;
    for (let at = 0; node; node = node.children?.get(text.charAt(at))) {
      if (!text.startsWith(node.label, at)) break;
      at += node.label.length;
      found = node.value ?? found;
      if (at === text.length) break;
    }
    return found;
  }

  /** A node without a value goes, unless it branches. */
  #prune(node: Node<T>, parent: Node<T> | undefined): void {
    if (!parent || node.value !== undefined) return;
    const { children } = node;
    if (children && children.size > 1) return;
    if (children) return merge(node);
    parent.children?.delete(node.label.charAt(0));
    if (parent.children?.size === 0) parent.children = undefined;
    if (parent !== this.#root && parent.value === undefined && parent.children?.size === 1) {
      merge(parent);
    }
  }
}

function adopt<T>(parent: Node<T>, child: Node<T>): void {
  (parent.children ??= new Map()).set(child.label.charAt(0), child);
}

/** Puts a node for the rest of the label below. */
function split<T>(node: Node<T>, at: number): void {
  const { label, value, children } = node;
  node.label = label.slice(0, at);
  node.value = undefined;
  node.children = undefined;
  adopt(node, { label: label.slice(at), value, children });
}

/** Takes the place of the only child. */
function merge<T>(node: Node<T>): void {
  for (const child of node.children?.values() ?? []) {
    node.label += child.label;
    node.value = child.value;
    node.children = child.children;
  }
}

function commonLength(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let at = 0;
  while (at < length && a.charCodeAt(at) === b.charCodeAt(at)) at++;
  return at;
}
