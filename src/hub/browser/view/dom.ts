/**
 * Elements. Whatever people wrote goes into them as text, never as markup.
 *
 * @module
 */

/**
 * The element with an id.
 *
 * @throws Error when the page has no such element.
 */
export function byId<T extends Element = HTMLElement>(
  id: string,
  type: new () => T = HTMLElement as unknown as new () => T,
): T {
  const found = document.getElementById(id);
  if (found instanceof type) return found;
  throw new Error(`the page has no ${type.name} called ${id}`);
}

/** Makes an element. */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  made.className = className;
  made.append(...children);
  return made;
}

/** Text that people wrote: its direction is its own, and does not spread. */
export function userText<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  className: string,
  text: string,
): HTMLElementTagNameMap[Tag] {
  const made = element(tag, className, text);
  made.dir = "auto";
  return made;
}

/** Makes the children of `parent` these, and leaves alone those that are in place already. */
export function arrange(parent: Element, children: Iterable<Element>): void {
  let cursor = parent.firstElementChild;
  for (const child of children) {
    if (child === cursor) cursor = cursor.nextElementSibling;
    else parent.insertBefore(child, cursor);
  }
  while (cursor) {
    const next = cursor.nextElementSibling;
    cursor.remove();
    cursor = next;
  }
}

/** Sets text, unless it is that already: a live region would be read out again. */
export function setText(target: Element, text: string): void {
  if (target.textContent !== text) target.textContent = text;
}
