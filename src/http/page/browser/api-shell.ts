// The API Shell: which function is shown, by the fragment of the address.
import type { FunctionDescription, FunctionList } from '../wire.ts';
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
  request<FunctionList>('functions.json').then(
    (functions) => {
      const finder = new FunctionFinder(functions);
      const show = () => void showChosen(finder, place, blank);
      window.addEventListener('hashchange', show);
      show();
    },
    (error: unknown) => fail(place, error),
  );
}

function chosenName(): string {
  return decodeURIComponent(location.hash.slice(1));
}

async function showChosen(finder: FunctionFinder, place: HTMLElement, blank: Element[]): Promise<void> {
  const name = chosenName();
  // The target of the link “Skip to the content”.
  if (name === 'main') return;
  finder.choose(name === '' ? undefined : name);
  if (name === '') {
    place.replaceChildren(...blank);
    return;
  }
  try {
    const described = await request<FunctionDescription>(`functions/${encodeURIComponent(name)}.json`);
    // Another function may have been selected in the meantime.
    if (chosenName() !== name) return;
    const view = new FunctionView(described);
    place.replaceChildren(...view.elements);
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
