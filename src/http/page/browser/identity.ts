// Asks the user to confirm their identity with a code or the password.
import { element } from './element.ts';
import { during } from './notice.ts';
import { CONFIRMATION_REQUIRED, request, RequestFailed } from './session.ts';

export interface Occasion {
  readonly title: string;
  readonly text: string;
  /** The label of the confirming button. */
  readonly action: string;
  readonly isDangerous?: boolean;
}

const usual: Occasion = {
  title: 'Confirm that it is you',
  text: 'This changes how you log in. Enter a code or your password.',
  action: 'Confirm',
};

/** Does the work. If the server requires confirmation, asks for it and then does the work again. */
export async function withIdentity<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RequestFailed) || error.code !== CONFIRMATION_REQUIRED) throw error;
    if (!(await confirmIdentity(usual))) throw error;
    return work();
  }
}

/** True once the server has accepted a code or the password. False if the user cancels. */
export function confirmIdentity(occasion: Occasion): Promise<boolean> {
  const question = new IdentityQuestion(occasion);
  return question.ask();
}

type Proof = 'code' | 'password';

class IdentityQuestion {
  readonly #dialog: HTMLDialogElement;
  readonly #error = element('p', { class: 'callout failure', role: 'alert', hidden: true });
  readonly #label = element('label', { for: 'proof' });
  readonly #hint = element('p', { class: 'hint', id: 'proof-hint' });
  readonly #field = element('input', {
    id: 'proof',
    required: true,
    autofocus: true,
    autocapitalize: 'none',
    spellcheck: 'false',
    'aria-describedby': 'proof-hint',
  });
  #proof: Proof = 'code';

  constructor({ title, text, action, isDangerous = false }: Occasion) {
    const go = element('button', { type: 'submit', class: isDangerous ? 'danger' : 'primary' }, action);
    const cancel = element('button', { type: 'button', click: () => this.#dialog.close('no') }, 'Cancel');
    this.#dialog = element(
      'dialog',
      {
        class: isDangerous ? 'dangerous' : undefined,
        'aria-labelledby': 'identity-title',
        'aria-describedby': 'identity-text',
      },
      element('h2', { id: 'identity-title' }, title),
      element('p', { id: 'identity-text' }, text),
      element(
        'form',
        {
          class: 'identity',
          submit: (event) => {
            event.preventDefault();
            void during(go, this.#error, () => this.#send());
          },
        },
        element(
          'fieldset',
          { class: 'segments' },
          element('legend', { class: 'visually-hidden' }, 'Confirm with'),
          this.#choice('code', 'Code'),
          this.#choice('password', 'Password'),
        ),
        this.#label,
        this.#field,
        this.#hint,
        this.#error,
        element('div', { class: 'actions' }, go, cancel),
      ),
    );
    this.#choose('code');
  }

  ask(): Promise<boolean> {
    document.body.append(this.#dialog);
    this.#dialog.showModal();
    return new Promise((answer) => {
      this.#dialog.addEventListener('close', () => {
        this.#dialog.remove();
        answer(this.#dialog.returnValue === 'yes');
      });
    });
  }

  #choice(proof: Proof, label: string): HTMLElement {
    const radio = element('input', { type: 'radio', name: 'proof', checked: proof === this.#proof });
    radio.addEventListener('change', () => this.#choose(proof));
    return element('label', {}, radio, element('span', {}, label));
  }

  #choose(proof: Proof): void {
    this.#proof = proof;
    const isCode = proof === 'code';
    this.#label.textContent = isCode ? 'Current code' : 'Current password';
    this.#field.type = isCode ? 'text' : 'password';
    this.#field.autocomplete = isCode ? 'one-time-code' : 'current-password';
    this.#field.value = '';
    this.#hint.textContent = isCode
      ? 'The six digits that your authenticator app shows now, or one of your recovery codes.'
      : 'The password that you log in with.';
    this.#error.hidden = true;
  }

  async #send(): Promise<void> {
    try {
      await request('confirm', { [this.#proof]: this.#field.value });
    } catch (error) {
      this.#field.select();
      throw error;
    }
    this.#dialog.close('yes');
  }
}
