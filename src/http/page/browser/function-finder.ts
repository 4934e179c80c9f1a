// Finds functions by name or description, with the ranking of `whmapi1 --search`.
import MiniSearch from 'minisearch';
import { indexOptions, type Indexed } from '../../../search/index-options.ts';
import { find } from '../../../search/ranking.ts';
import type { FunctionList, ListedFunction } from '../wire.ts';
import { byId, element } from './element.ts';

export class FunctionFinder {
  readonly #functions: FunctionList;
  readonly #index: MiniSearch<Indexed>;
  readonly #query = byId('query', HTMLInputElement);
  readonly #list = byId('functions', HTMLElement);
  readonly #found = byId('found', HTMLParagraphElement);
  #chosen: string | undefined;

  constructor(functions: FunctionList) {
    this.#functions = functions;
    this.#index = indexOf(functions);
    this.#query.addEventListener('input', () => this.#show());
    byId('search', HTMLFormElement).addEventListener('submit', () => this.#links()[0]?.click());
    for (const place of [this.#query, this.#list]) {
      place.addEventListener('keydown', (event) => this.#move(event));
    }
    this.#show();
  }

  /** Marks the function that is shown. */
  choose(name: string | undefined): void {
    this.#chosen = name;
    for (const link of this.#links()) this.#mark(link);
  }

  #show(): void {
    const wanted = this.#query.value.trim();
    const total = this.#functions.length;
    if (wanted === '') {
      this.#found.textContent = `${total} functions`;
      this.#list.replaceChildren(...this.#byFamily());
      return;
    }
    const found = search(this.#functions, this.#index, wanted);
    this.#found.textContent =
      found.length === 0 ? 'No function matches.' : `${found.length} of ${total} functions`;
    this.#list.replaceChildren(element('ul', {}, ...found.map((fn) => this.#item(fn))));
    this.#list.scrollTop = 0;
  }

  #byFamily(): HTMLElement[] {
    const families = new Map<string, ListedFunction[]>();
    for (const fn of this.#functions) families.set(fn.family, [...(families.get(fn.family) ?? []), fn]);
    return [...families]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([family, functions]) => [
        element('h2', {}, familyTitle(family)),
        element('ul', {}, ...functions.map((fn) => this.#item(fn))),
      ]);
  }

  #item({ name, summary }: ListedFunction): HTMLElement {
    const link = element('a', { href: `#${name}` }, element('code', {}, name), element('span', {}, summary));
    this.#mark(link);
    return element('li', {}, link);
  }

  #mark(link: HTMLAnchorElement): void {
    if (link.hash === `#${this.#chosen}`) link.setAttribute('aria-current', 'true');
    else link.removeAttribute('aria-current');
  }

  #links(): HTMLAnchorElement[] {
    return [...this.#list.querySelectorAll('a')];
  }

  /** The up and down keys move through the results. Up from the first one returns to the field. */
  #move(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    const links = this.#links();
    const at = links.indexOf(document.activeElement as HTMLAnchorElement) + step;
    if (at === -2) return;
    event.preventDefault();
    if (at === -1) this.#query.focus();
    else links[Math.min(at, links.length - 1)]?.focus();
  }
}

export function familyTitle(family: string): string {
  const words = family.replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function indexOf(functions: FunctionList): MiniSearch<Indexed> {
  const index = new MiniSearch(indexOptions);
  index.addAll(
    functions.map(({ name, summary, family }) => ({
      ...{ name, summary, family: familyTitle(family) },
      ...{ isProvided: true, details: '' },
    })),
  );
  return index;
}

/** The best match first. While a word is being typed, functions that contain it in their name or summary. */
function search(
  functions: FunctionList,
  index: MiniSearch<Indexed>,
  wanted: string,
): readonly ListedFunction[] {
  const byName = new Map(functions.map((fn) => [fn.name, fn]));
  const found = find(wanted, index).flatMap(({ name }) => byName.get(name) ?? []);
  if (found.length > 0) return found;
  const words = wanted.toLowerCase().split(/\s+/);
  return functions.filter(({ name, summary }) => {
    const text = `${name} ${summary}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
