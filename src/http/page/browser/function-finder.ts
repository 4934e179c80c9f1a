// Finds functions by name or description, and tweak settings by key or meaning, with the ranking of `whmapi1 --search`.
import MiniSearch from 'minisearch';
import { indexOptions, type FoundFunction, type Indexed } from '../../../search/index-options.ts';
import { findBoth, type Found } from '../../../search/ranking.ts';
import type { FunctionList, ListedFunction, SettingList } from '../wire.ts';
import { byId, element } from './element.ts';

export class FunctionFinder {
  readonly #functions: FunctionList;
  readonly #index: MiniSearch<Indexed>;
  readonly #settings: MiniSearch<Indexed>;
  readonly #query = byId('query', HTMLInputElement);
  readonly #list = byId('functions', HTMLElement);
  readonly #found = byId('found', HTMLParagraphElement);
  #chosen: string | undefined;

  constructor(functions: FunctionList, settings: SettingList) {
    this.#functions = functions;
    this.#index = indexOf(functions);
    this.#settings = indexOfSettings(settings);
    this.#query.addEventListener('input', () => this.#show());
    byId('search', HTMLFormElement).addEventListener('submit', () => this.#links()[0]?.click());
    for (const place of [this.#query, this.#list]) {
      place.addEventListener('keydown', (event) => this.#move(event));
    }
    this.#show();
  }

  /** Marks the function or setting that is shown. `fragment`: of the page's address, without “#”. */
  choose(fragment: string | undefined): void {
    this.#chosen = fragment;
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
    const { functions, settings, areSettingsFirst } = this.#find(wanted);
    const ofSettings = settings.length === 0 ? '' : ` and ${counted(settings.length, 'setting')}`;
    this.#found.textContent =
      functions.length + settings.length === 0
        ? 'Nothing matches.'
        : `${functions.length} of ${total} functions${ofSettings}`;
    const found: HTMLElement[] =
      functions.length > 0 ? [element('ul', {}, ...functions.map((fn) => this.#item(fn)))] : [];
    if (settings.length > 0) {
      const list = element('ul', {}, ...settings.map((setting) => this.#settingItem(setting)));
      const block = [element('h2', {}, 'Tweak Settings'), list];
      if (!areSettingsFirst) found.push(...block);
      else found.unshift(...block, ...(found.length > 0 ? [element('h2', {}, 'Functions')] : []));
    }
    this.#list.replaceChildren(...found);
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

  /** While a word is being typed, functions that contain it in their name or summary. */
  #find(wanted: string): Omit<Found, 'functions'> & { readonly functions: readonly ListedFunction[] } {
    const found = findBoth(wanted, this.#index, this.#settings);
    if (found.functions.length + found.settings.length > 0) return found;
    const words = wanted.toLowerCase().split(/\s+/);
    const functions = this.#functions.filter(({ name, summary }) => {
      const text = `${name} ${summary}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    return { ...found, functions };
  }

  /** Its link opens set_tweaksetting with the key. */
  #settingItem({ name: key, summary, family: module, isProvided }: FoundFunction): HTMLElement {
    const meaning = isProvided ? summary : `${summary} It has no effect on this server.`;
    return this.#link(`set_tweaksetting?${new URLSearchParams({ key, module }).toString()}`, key, meaning);
  }

  #item({ name, summary }: ListedFunction): HTMLElement {
    return this.#link(name, name, summary);
  }

  #link(fragment: string, name: string, summary: string): HTMLElement {
    const link = element(
      'a',
      { href: `#${fragment}` },
      element('code', {}, name),
      element('span', {}, summary),
    );
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

function indexOfSettings(settings: SettingList): MiniSearch<Indexed> {
  const index = new MiniSearch(indexOptions);
  index.addAll(
    settings.map(({ key, module, meaning, acts }) => ({
      ...{ name: key, summary: meaning, family: module, isProvided: acts, details: 'tweak setting' },
    })),
  );
  return index;
}

const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? '' : 's'}`;
