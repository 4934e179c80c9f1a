// The parts of an overview: facts with a large value, and bars.
import { byId, element, type Child } from './element.ts';
import { during } from './notice.ts';
import { base } from './session.ts';

/** Fills the overview, now and whenever the user asks for it. */
export function keepOverview(show: () => Promise<readonly HTMLElement[]>): void {
  const place = byId('overview', HTMLDivElement);
  const button = byId('refresh', HTMLButtonElement);
  const error = byId('overview-error', HTMLParagraphElement);
  const refresh = () =>
    void during(button, error, async () => {
      place.setAttribute('aria-busy', 'true');
      try {
        place.replaceChildren(...(await show()));
      } finally {
        place.setAttribute('aria-busy', 'false');
      }
    });
  button.addEventListener('click', refresh);
  refresh();
}

export function fact(title: string, value: Child, ...details: readonly Child[]): HTMLElement {
  return element(
    'li',
    { class: 'card fact' },
    element('h2', {}, title),
    element('p', { class: 'value' }, value),
    ...details,
  );
}

export function hint(...content: readonly Child[]): HTMLElement {
  return element('p', { class: 'hint' }, ...content);
}

export function link(path: string, text: string): HTMLElement {
  return element('a', { href: `${base}/${path}` }, text);
}

/** @param share values above 1 are shown as 100 %. */
export function meter(label: string, share: number): HTMLElement {
  const value = Math.min(Math.max(share, 0), 1);
  return element(
    'meter',
    { 'aria-label': label, min: 0, max: 1, low: 0.75, high: 0.9, optimum: 0, value },
    `${Math.round(value * 100)} %`,
  );
}

export function amount(count: number, noun: string): string {
  return `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`;
}

export function inUnits(bytes: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];
  const power = bytes < 1 ? 0 : Math.min(Math.floor(Math.log2(bytes) / 10), units.length - 1);
  const value = bytes / 1024 ** power;
  return `${value.toFixed(value < 10 && power > 0 ? 1 : 0)} ${units[power] ?? ''}`;
}
