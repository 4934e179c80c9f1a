// The login in two steps: the second asks for the code if the server requires one.
import { byId, findById } from './element.ts';
import { leaveNotice } from './notice.ts';

interface LoginAnswer {
  readonly status: 0 | 1;
  readonly redirect?: string;
  readonly warnings?: readonly string[];
  readonly message?: string;
  readonly error_code?: 'tfa_required' | 'tfa_invalid';
}

export function startLogin(): void {
  colourProviders();
  const form = document.querySelector<HTMLFormElement>('form[data-login]');
  if (form === null) return;
  const login = new Login(form);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    void login.send();
  });
}

/** The buttons of identity providers. The content security policy allows no style attributes. */
function colourProviders(): void {
  for (const button of document.querySelectorAll<HTMLElement>('.provider')) {
    const { color = '', textcolor = '' } = button.dataset;
    button.style.backgroundColor = `#${color}`;
    button.style.borderColor = `#${color}`;
    button.style.color = `#${textcolor}`;
  }
}

class Login {
  readonly #form: HTMLFormElement;
  readonly #error = byId('login-error', HTMLParagraphElement);
  readonly #user = byId('user', HTMLInputElement);
  readonly #password = byId('pass', HTMLInputElement);
  readonly #code = byId('code', HTMLInputElement);
  readonly #back: HTMLButtonElement | null;
  #isWaiting = false;

  constructor(form: HTMLFormElement) {
    this.#form = form;
    this.#addShow(form.querySelector('[data-show]'));
    this.#back = form.querySelector('[data-back]');
    this.#back?.addEventListener('click', () => this.#showPassword());
  }

  /** The button that shows the password. Without the script it stays hidden. */
  #addShow(button: HTMLButtonElement | null): void {
    if (button === null) return;
    button.hidden = false;
    button.addEventListener('click', () => {
      const isShown = this.#password.type === 'password';
      this.#password.type = isShown ? 'text' : 'password';
      button.setAttribute('aria-pressed', String(isShown));
      this.#password.focus();
    });
  }

  async send(): Promise<void> {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#showMessage('');
    try {
      this.#take(await this.#ask());
    } catch {
      this.#showMessage(
        'The server cannot be reached or does not accept logins at the moment. Try again.',
        'failure',
      );
    } finally {
      this.#isWaiting = false;
    }
  }

  async #ask(): Promise<LoginAnswer> {
    const body = new URLSearchParams({
      login_only: '1',
      user: this.#user.value,
      pass: this.#password.value,
      tfa_token: this.#code.value,
    });
    const response = await fetch('/login/', {
      method: 'POST',
      body,
      headers: { accept: 'application/json' },
    });
    if (response.status !== 401 && !response.ok) throw new Error(`The status was ${response.status}.`);
    return (await response.json()) as LoginAnswer;
  }

  #take({ status, redirect, warnings, message = '', error_code: problem }: LoginAnswer): void {
    if (status === 1 && redirect !== undefined) {
      if (warnings !== undefined) leaveNotice(warnings.join(' '));
      location.assign(redirect);
    } else if (problem === 'tfa_required') {
      this.#showCode();
    } else if (problem === 'tfa_invalid') {
      this.#showCode();
      this.#showMessage(message, 'failure');
    } else {
      this.#showPassword();
      this.#showMessage(
        'Incorrect username or password. After several failed attempts, you must wait before trying again.',
        'failure',
      );
    }
  }

  #showCode(): void {
    this.#show('code');
    this.#form.id = 'tfa_login_form';
    this.#code.value = '';
    this.#code.required = true;
    this.#code.focus();
  }

  #showPassword(): void {
    this.#show('password');
    this.#form.id = 'login_form';
    this.#password.value = '';
    this.#code.value = '';
    this.#code.required = false;
    this.#showMessage('');
    (this.#user.value === '' ? this.#user : this.#password).focus();
  }

  #show(shown: 'password' | 'code'): void {
    for (const step of this.#form.querySelectorAll<HTMLElement>('[data-step]')) {
      step.hidden = step.dataset.step !== shown;
    }
    if (this.#back !== null) this.#back.hidden = shown !== 'code';
    findById('notice')?.replaceChildren();
  }

  #showMessage(message: string, kind = ''): void {
    this.#error.textContent = message;
    this.#error.className = `callout ${kind}`;
    this.#error.hidden = message === '';
  }
}
