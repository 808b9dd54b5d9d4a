/**
 * Values by patterns of components, where an empty component matches any: a radix trie as that of prefixes, over components.
 *
 * There is one trie for each number of components, so that only patterns are looked at that could match. Each has at most two
 * nodes for each value; a search visits each node once at most, and only those below which all components matched so far.
 *
 * @module
 */

type Components = readonly string[];

interface Node<T> {
  /** What leads here from the node above: never empty. */
  label: Components;
  value: T | undefined;
  /** By the first component of their labels; the empty one is the wildcard. */
  children: Map<string, Node<T>> | undefined;
}

const WILDCARD = "";

export class WildcardTrie<T> {
  /** By the number of components; each root has an empty label. */
  readonly #roots = new Map<number, Node<T>>();

  set(pattern: string, value: T): void {
    const components = pattern.split(".");
    let node = this.#roots.get(components.length);
    if (!node) {
      node = { label: [], value: undefined, children: undefined };
      this.#roots.set(components.length, node);
    }
    for (let at = 0; at < components.length; at += node.label.length) {
      const next: Node<T> | undefined = node.children?.get(components[at] as string);
      if (!next) {
        adopt(node, { label: components.slice(at), value, children: undefined });
        return;
      }
      const common = commonLength(next.label, components, at);
      if (common < next.label.length) split(next, common);
      node = next;
    }
    node.value = value;
  }

  delete(pattern: string): void {
    const components = pattern.split(".");
    const root = this.#roots.get(components.length);
    if (!root) return;
    let [parent, node] = [root, root];
    for (let at = 0; at < components.length; at += node.label.length) {
      const next = node.children?.get(components[at] as string);
      if (!next || commonLength(next.label, components, at) < next.label.length) return;
      parent = node;
      node = next;
    }
    // All patterns here have the same length, so a value is always at a leaf.
    parent.children?.delete(node.label[0] as string);
    if (parent !== root && parent.children?.size === 1) merge(parent);
    if (root.children?.size === 0) this.#roots.delete(components.length);
  }

  /** Adds all values whose pattern matches, the most specific first. */
  collect(uri: string, values: T[]): void {
    if (this.#roots.size === 0) return;
    const components = uri.split(".");
    const root = this.#roots.get(components.length);
    if (root) visit(root, components, 0, values);
  }

  /** The value of the most specific pattern: the leftmost components that differ decide, and a literal one wins. */
  best(uri: string): T | undefined {
    if (this.#roots.size === 0) return undefined;
    const components = uri.split(".");
    const root = this.#roots.get(components.length);
    return root && first(root, components, 0);
  }
}

function visit<T>(node: Node<T>, uri: Components, at: number, values: T[]): void {
  if (!matches(node.label, uri, at)) return;
  const next = at + node.label.length;
  if (node.value !== undefined) values.push(node.value);
  if (!node.children) return;
  const component = uri[next] as string;
  const literal = node.children.get(component);
  if (literal) visit(literal, uri, next, values);
  const any = component === WILDCARD ? undefined : node.children.get(WILDCARD);
  if (any) visit(any, uri, next, values);
}

function first<T>(node: Node<T>, uri: Components, at: number): T | undefined {
  if (!matches(node.label, uri, at)) return undefined;
  const next = at + node.label.length;
  if (!node.children) return node.value;
  const component = uri[next] as string;
  const literal = node.children.get(component);
  const found = literal && first(literal, uri, next);
  if (found !== undefined || component === WILDCARD) return found;
  const any = node.children.get(WILDCARD);
  return any && first(any, uri, next);
}

function matches(label: Components, uri: Components, at: number): boolean {
  for (let index = 0; index < label.length; index++) {
    const component = label[index];
    if (component !== WILDCARD && component !== uri[at + index]) return false;
  }
  return true;
}

function adopt<T>(parent: Node<T>, child: Node<T>): void {
  (parent.children ??= new Map()).set(child.label[0], child);
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
    node.label = node.label.concat(child.label);
    node.value = child.value;
    node.children = child.children;
  }
}

function commonLength(label: Components, components: Components, from: number): number {
  let at = 0;
  while (at < label.length && label[at] === components[from + at]) at++;
  return at;
}
