// Shows recovery codes. They are shown only once.
import { copyButton } from './copy-button.ts';
import { element } from './element.ts';
import { host, user } from './session.ts';

/** @param next the element that leads to the next step. */
export function recoveryCodes(codes: readonly string[], next: HTMLElement): HTMLElement {
  return element(
    'div',
    { class: 'recovery' },
    element('h3', { tabindex: -1 }, `Recovery codes of ${user} on ${host}`),
    element(
      'p',
      {},
      'If you do not have your phone, you can log in with one of these codes instead. Each code works once. They are ' +
        'not shown again, so print them or copy them to a password manager.',
    ),
    element('ul', { class: 'codes' }, ...codes.map((code) => element('li', {}, element('code', {}, code)))),
    element(
      'div',
      { class: 'actions' },
      copyButton('the recovery codes', () => `${codes.join('\n')}\n`),
      element('button', { type: 'button', class: 'small', click: () => window.print() }, 'Print'),
      next,
    ),
  );
}
