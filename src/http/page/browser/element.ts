// Creates elements of a page. Their content is text or elements, never HTML.

export type Child = Node | string | undefined | false;

export type Attributes = Readonly<
  Record<string, string | number | boolean | undefined | ((event: Event) => void)>
>;

/**
 * True sets an attribute without a value; undefined and false omit it. A function is an event listener (`click`,
 * `input`).
 */
export function element<Tag extends keyof HTMLElementTagNameMap>(
  tag: Tag,
  attributes: Attributes = {},
  ...children: readonly (Child | readonly Child[])[]
): HTMLElementTagNameMap[Tag] {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === false) continue;
    if (typeof value === 'function') made.addEventListener(name, value);
    else made.setAttribute(name, value === true ? '' : String(value));
  }
  made.append(...children.flat().filter((child) => child !== undefined && child !== false));
  return made;
}

/** The element with this ID. @throws TypeError if the page has none or one of another kind. */
export function byId<E extends HTMLElement>(id: string, kind: new () => E): E {
  const found = document.getElementById(id);
  if (found instanceof kind) return found;
  throw new TypeError(`The page has no ${kind.name} “${id}”.`);
}

export function findById(id: string): HTMLElement | undefined {
  return document.getElementById(id) ?? undefined;
}
