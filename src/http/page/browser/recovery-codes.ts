// Recovery codes, which are shown once.
import { copyButton } from './copy-button.ts';
import { element } from './element.ts';
import { call, host, user } from './session.ts';

export async function newRecoveryCodes(): Promise<readonly string[]> {
  const answer = await call<{ recovery_codes: string[] }>('twofactorauth_generate_recovery_codes');
  return answer.recovery_codes;
}

/** @param next what leads away from them. */
export function recoveryCodes(codes: readonly string[], next: HTMLElement): HTMLElement {
  return element(
    'div',
    { class: 'recovery' },
    element('h3', { tabindex: -1 }, `Recovery codes of ${user} on ${host}`),
    element(
      'p',
      {},
      'Each logs you in once in the place of a code, when the phone is not at hand. They are not shown again: print them, or copy them into a password safe.',
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
