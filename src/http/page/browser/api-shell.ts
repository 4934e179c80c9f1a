// The API Shell: which function is shown, by the fragment of the address: `#NAME`, or `#NAME?PARAMETER=VALUE`.
import type { FunctionDescription, FunctionList, SettingList } from '../wire.ts';
import { byId, element } from './element.ts';
import { FunctionFinder } from './function-finder.ts';
import { FunctionView } from './function-view.ts';
import { showFailure } from './notice.ts';
import { request } from './session.ts';

export function startApiShell(): void {
  const place = byId('function', HTMLDivElement);
  const blank = [...place.children];
  // Also before the functions are loaded.
  byId('search', HTMLFormElement).addEventListener('submit', (event) => event.preventDefault());
  Promise.all([request<FunctionList>('functions.json'), request<SettingList>('settings.json')]).then(
    ([functions, settings]) => {
      const finder = new FunctionFinder(functions, settings);
      const show = () => void showChosen(finder, place, blank);
      window.addEventListener('hashchange', show);
      show();
    },
    (error: unknown) => fail(place, error),
  );
}

function chosen(): { readonly fragment: string; readonly name: string; readonly args: URLSearchParams } {
  const fragment = location.hash.slice(1);
  const [name = '', args] = fragment.split('?', 2);
  return { fragment, name: decodeURIComponent(name), args: new URLSearchParams(args) };
}

async function showChosen(finder: FunctionFinder, place: HTMLElement, blank: Element[]): Promise<void> {
  const { fragment, name, args } = chosen();
  // The target of the link “Skip to the content”.
  if (name === 'main') return;
  finder.choose(name === '' ? undefined : fragment);
  if (name === '') {
    place.replaceChildren(...blank);
    return;
  }
  try {
    const described = await request<FunctionDescription>(`functions/${encodeURIComponent(name)}.json`);
    // Another function may have been selected in the meantime.
    if (chosen().fragment !== fragment) return;
    const view = new FunctionView(described);
    place.replaceChildren(...view.elements);
    if (args.size > 0) view.fill(Object.fromEntries(args));
    view.focus();
  } catch (error) {
    fail(place, error);
  }
}

function fail(place: HTMLElement, error: unknown): void {
  const alert = element('p', { class: 'callout failure', role: 'alert' });
  place.replaceChildren(alert);
  showFailure(alert, error);
}
