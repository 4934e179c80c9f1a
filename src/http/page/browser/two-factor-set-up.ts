// Sets up two-factor authentication: the secret as a QR code and as text, the confirming code, and recovery codes.
import { renderSVG } from 'uqr';
import { copyButton } from './copy-button.ts';
import { element } from './element.ts';
import { withIdentity } from './identity.ts';
import { during, leaveNotice } from './notice.ts';
import type { Policy } from './policy.ts';
import { recoveryCodes } from './recovery-codes.ts';
import { twoFactorApi, type Secret } from './two-factor-api.ts';

/** Called with the outcome. */
interface Ends {
  readonly isDone: () => void;
  readonly isCancelled: () => void;
}

export class SetUp {
  readonly #place: HTMLElement;
  readonly #error: HTMLElement;
  readonly #policy: Policy;
  readonly #ends: Ends;
  readonly #enablesPolicy = element('input', { type: 'checkbox' });

  constructor(place: HTMLElement, error: HTMLElement, policy: Policy, ends: Ends) {
    this.#place = place;
    this.#error = error;
    this.#policy = policy;
    this.#ends = ends;
    this.#enablesPolicy.checked = !policy.isOn && policy.maySwitch;
  }

  async begin(): Promise<void> {
    const made = await twoFactorApi.generate();
    const { form, code } = this.#codeForm(made.secret);
    this.#place.replaceChildren(
      element(
        'p',
        { class: 'callout warning' },
        'As soon as your code is accepted, all your sessions end, including this one. You then get recovery codes ' +
          'and log in again.',
      ),
      ...(this.#policy.isOn || this.#policy.maySwitch
        ? []
        : [
            element(
              'p',
              { class: 'callout warning' },
              'The policy is disabled: your codes will be saved, but logins do not require them until the ' +
                'administrator of the server enables the policy.',
            ),
          ]),
      element(
        'ol',
        { class: 'steps' },
        element('li', {}, element('h3', {}, 'Add the secret to your app'), ...secretFor(made)),
        element('li', {}, element('h3', {}, 'Enter the code that the app shows'), form),
      ),
    );
    code.focus();
  }

  #codeForm(secret: string): { form: HTMLFormElement; code: HTMLInputElement } {
    const code = element('input', {
      id: 'new-code',
      class: 'code',
      inputmode: 'numeric',
      autocomplete: 'one-time-code',
      maxlength: 7,
      required: true,
    });
    const send = element('button', { type: 'submit', class: 'primary' }, 'Enable');
    const cancel = element('button', { type: 'button', click: () => this.#ends.isCancelled() }, 'Cancel');
    const form = element(
      'form',
      {
        submit: (event) => {
          event.preventDefault();
          void during(send, this.#error, () => this.#send(secret, code));
        },
      },
      element('label', { for: code.id }, 'Code'),
      code,
      ...this.#policyOffer(),
      element('div', { class: 'actions' }, send, cancel),
    );
    return { form, code };
  }

  #policyOffer(): HTMLElement[] {
    if (this.#policy.isOn || !this.#policy.maySwitch) return [];
    return [
      element('label', { class: 'check' }, this.#enablesPolicy, 'Enable the policy too'),
      element(
        'p',
        { class: 'hint' },
        'Logins then require a code from every user who has set up two-factor authentication. While the policy is ' +
          'disabled, codes are saved, but logins do not require them.',
      ),
    ];
  }

  async #send(secret: string, code: HTMLInputElement): Promise<void> {
    const enrolled = await withIdentity(() =>
      twoFactorApi.enrol(secret, code.value.trim(), this.#enablesPolicy.checked),
    ).catch((error: unknown) => {
      code.select();
      throw error;
    });
    this.#ends.isDone();
    const isPolicyOn = this.#policy.isOn || enrolled.hasEnabledPolicy;
    const goOn = element(
      'a',
      {
        class: 'button primary',
        href: '/',
        click: () =>
          leaveNotice(
            isPolicyOn
              ? 'Two-factor authentication is set up. Log in again with a code.'
              : 'Two-factor authentication is set up, but the policy is disabled. Log in again with only your password.',
          ),
      },
      'I have saved the codes: log in again',
    );
    const warnings = enrolled.warnings.map((warning) => element('p', { class: 'callout warning' }, warning));
    const { codes } = enrolled;
    this.#place.replaceChildren(
      element(
        'p',
        { class: 'callout good' },
        'Two-factor authentication is set up. Your sessions have ended.',
      ),
      ...(isPolicyOn ? [] : [notAskedYet(this.#policy)]),
      ...warnings,
      codes !== undefined
        ? recoveryCodes(codes, goOn)
        : element(
            'p',
            {},
            element('a', { href: '/' }, 'Log in again'),
            ', and then create recovery codes here.',
          ),
    );
    this.#place.querySelector('h3')?.focus();
  }
}

/** Says that logins do not require the codes that are saved. */
export function notAskedYet({ maySwitch }: Policy): HTMLElement {
  return element(
    'p',
    { class: 'callout warning' },
    'Your codes are saved, but logins do not require them, because the policy is disabled. ' +
      (maySwitch
        ? 'You can enable it on the page “Two-Factor Authentication”.'
        : 'Only the administrator of the server can enable it.'),
  );
}

function secretFor({ secret, otpauth_str: uri }: Secret): HTMLElement[] {
  const picture = element('img', {
    class: 'qr',
    // An image cannot run scripts, whatever it contains.
    src: `data:image/svg+xml,${encodeURIComponent(renderSVG(uri, { border: 3 }))}`,
    width: 220,
    height: 220,
    alt: 'QR code of the secret. The secret is also shown as text.',
  });
  const groups = (secret.match(/.{1,4}/g) ?? []).map((group) => element('span', {}, group));
  return [
    element(
      'div',
      { class: 'secret' },
      picture,
      element(
        'div',
        {},
        element('p', {}, 'Scan the QR code with your app, or type in the secret:'),
        element('p', { class: 'groups' }, element('code', { id: 'secret' }, ...groups)),
        copyButton('the secret', () => secret),
      ),
    ),
  ];
}
