// The notice of a page: a failure, or a message from the page before.
import { element, findById } from './element.ts';
import { SessionEnded } from './session.ts';

const KEY = 'whmapi1.notice';

/** Stores a message for the next page. */
export function leaveNotice(text: string): void {
  sessionStorage.setItem(KEY, text);
}

export function showLeftNotice(): void {
  const text = sessionStorage.getItem(KEY);
  sessionStorage.removeItem(KEY);
  if (text !== null) findById('notice')?.replaceChildren(element('p', { class: 'callout' }, text));
}

/** @param place an element whose changes are announced by screen readers. */
export function showFailure(place: HTMLElement, error: unknown): void {
  const message = error instanceof Error ? error.message : String(error);
  place.replaceChildren(message);
  if (error instanceof SessionEnded) place.append(' ', element('a', { href: '/' }, 'Log in again'), '.');
  place.hidden = false;
}

export function hideFailure(place: HTMLElement): void {
  place.hidden = true;
  place.replaceChildren();
}

/** Runs work for a button. The button is busy until the work is done, and errors are shown. */
export async function during(
  button: HTMLButtonElement,
  place: HTMLElement,
  work: () => Promise<void>,
): Promise<void> {
  // Not `disabled`, which would lose the focus.
  if (button.getAttribute('aria-disabled') === 'true') return;
  button.setAttribute('aria-disabled', 'true');
  hideFailure(place);
  try {
    await work();
  } catch (error) {
    showFailure(place, error);
  } finally {
    button.removeAttribute('aria-disabled');
  }
}
