// Two-factor authentication: the user's own, the policy, and the users who have set it up.
import { confirmed } from './confirmation.ts';
import { byId, element, findById } from './element.ts';
import { confirmIdentity, withIdentity } from './identity.ts';
import { during, hideFailure, leaveNotice, showFailure } from './notice.ts';
import { newRecoveryCodes, recoveryCodes } from './recovery-codes.ts';
import { call, RequestFailed, user } from './session.ts';
import { SetUp } from './two-factor-set-up.ts';

type Configs = Readonly<Record<string, { readonly primary_domain: string | null }>>;

export function startTwoFactor(): void {
  // Absent if the user may not call the functions.
  if (findById('own') === undefined) return;
  new TwoFactor().refresh();
}

class TwoFactor {
  readonly #own = byId('own-content', HTMLDivElement);
  readonly #ownState = byId('own-state', HTMLSpanElement);
  readonly #ownError = byId('own-error', HTMLParagraphElement);
  readonly #enrolled = byId('enrolled-content', HTMLDivElement);
  readonly #enrolledError = byId('enrolled-error', HTMLParagraphElement);
  readonly #policyState = byId('policy-state', HTMLSpanElement);
  readonly #policyError = byId('policy-error', HTMLParagraphElement);
  #isPolicyOn = false;

  constructor() {
    findById('policy-switch')?.addEventListener('click', (event) => {
      const button = event.currentTarget as HTMLButtonElement;
      void during(button, this.#policyError, () => this.#switchPolicy());
    });
  }

  refresh(): void {
    hideFailure(this.#ownError);
    this.#load().catch((error: unknown) => {
      showFailure(this.#ownError, error);
      this.#own.replaceChildren();
      this.#enrolled.replaceChildren();
    });
  }

  async #load(): Promise<void> {
    const [policy, configs] = await Promise.all([
      call<{ is_enabled: 0 | 1 }>('twofactorauth_policy_status'),
      call<Configs>('twofactorauth_get_user_configs'),
    ]);
    this.#showPolicy(policy.is_enabled === 1);
    this.#showOwn(Object.hasOwn(configs, user));
    this.#showEnrolled(configs);
  }

  #showPolicy(isOn: boolean): void {
    this.#isPolicyOn = isOn;
    this.#policyState.textContent = isOn ? 'On' : 'Off';
    this.#policyState.className = isOn ? 'chip good' : 'chip';
    const button = findById('policy-switch');
    if (button === undefined) return;
    button.textContent = isOn ? 'Disable the policy' : 'Enable the policy';
    button.hidden = false;
  }

  async #switchPolicy(): Promise<void> {
    await call(this.#isPolicyOn ? 'twofactorauth_disable_policy' : 'twofactorauth_enable_policy');
    await this.#load();
  }

  #showOwn(isEnrolled: boolean): void {
    this.#ownState.textContent = isEnrolled ? 'Set up' : 'Not set up';
    this.#ownState.className = isEnrolled ? 'chip good' : 'chip';
    const state = !isEnrolled
      ? [
          'You log in with only your password. To set up two-factor authentication, you need an authenticator app ' +
            '(TOTP) on your phone.',
        ]
      : this.#isPolicyOn
        ? ['Logging in as ', element('b', {}, user), ' requires a code.']
        : ['You have set it up, but the policy is disabled, so logins do not require a code.'];
    const action = (label: string, work: () => Promise<void>, kind = '') =>
      element(
        'button',
        {
          type: 'button',
          class: kind,
          click: (event) => void during(event.currentTarget as HTMLButtonElement, this.#ownError, work),
        },
        label,
      );
    const buttons = isEnrolled
      ? [
          action('New recovery codes', () => this.#renewCodes()),
          action('Set up again', () => this.#setUpAgain()),
          action('Remove', () => this.#remove(user), 'danger quiet'),
        ]
      : [action('Set up', () => this.#setUp(), 'primary')];
    this.#own.replaceChildren(element('p', {}, ...state), element('div', { class: 'actions' }, ...buttons));
  }

  async #setUp(): Promise<void> {
    await new SetUp(this.#own, this.#ownError, {
      isDone: () => {
        this.#ownState.textContent = 'Set up';
        this.#ownState.className = 'chip good';
        // The session has ended, so nothing else on this page works.
        for (const id of ['policy', 'enrolled']) byId(id, HTMLElement).hidden = true;
      },
      isCancelled: () => this.refresh(),
    }).begin();
  }

  async #setUpAgain(): Promise<void> {
    const isConfirmed = await confirmIdentity({
      title: 'Set up two-factor authentication again?',
      text: 'A new secret replaces the one in your app. Enter your current code or your password to continue.',
      action: 'Continue',
    });
    if (isConfirmed) await this.#setUp();
  }

  async #renewCodes(): Promise<void> {
    const isConfirmed = await confirmIdentity({
      title: 'Create new recovery codes?',
      text: 'Your present recovery codes stop working. Enter your current code or your password to continue.',
      action: 'Create new codes',
    });
    if (!isConfirmed) return;
    const codes = await withIdentity(newRecoveryCodes);
    const done = element('button', { type: 'button', class: 'primary' }, 'I have saved the codes');
    done.addEventListener('click', () => this.refresh());
    this.#own.replaceChildren(recoveryCodes(codes, done));
    this.#own.querySelector('h3')?.focus();
  }

  #showEnrolled(configs: Configs): void {
    const names = Object.keys(configs).sort();
    if (names.length === 0) {
      this.#enrolled.replaceChildren(element('p', { class: 'hint' }, 'No users yet.'));
      return;
    }
    const heads = ['User', 'Main domain', ''].map((text) =>
      text === '' ? element('td') : element('th', { scope: 'col' }, text),
    );
    const rows = names.map((name) => {
      const remove = element('button', { type: 'button', class: 'danger quiet small' }, 'Remove');
      remove.setAttribute('aria-label', `Remove two-factor authentication of ${name}`);
      remove.addEventListener('click', () => {
        void during(remove, this.#enrolledError, () => this.#remove(name));
      });
      return element(
        'tr',
        {},
        element('th', { scope: 'row' }, name),
        element('td', {}, configs[name]?.primary_domain ?? '–'),
        element('td', { class: 'end' }, remove),
      );
    });
    this.#enrolled.replaceChildren(
      element('table', {}, element('thead', {}, element('tr', {}, ...heads)), element('tbody', {}, ...rows)),
    );
  }

  async #remove(name: string): Promise<void> {
    const isOwn = name === user;
    const isWanted = isOwn
      ? await confirmIdentity({
          title: 'Remove your two-factor authentication?',
          text:
            'Your secret and your recovery codes are deleted, and all your sessions end, including this one. ' +
            'After that, you log in with only your password. Enter your current code or your password to continue.',
          action: 'Remove',
          isDangerous: true,
        })
      : await confirmed({
          title: `Remove two-factor authentication of ${name}?`,
          text: `The secret and the recovery codes of ${name} are deleted, and all sessions of ${name} end.`,
          action: 'Remove',
        });
    if (!isWanted) return;
    const { failed } = await call<{ failed: Readonly<Record<string, string>> }>(
      'twofactorauth_remove_user_config',
      { user: [name] },
    );
    const [reason] = Object.values(failed);
    if (reason !== undefined) throw new RequestFailed(reason);
    if (isOwn) {
      leaveNotice('Your two-factor authentication is removed. Log in again.');
      location.assign('/');
      return;
    }
    await this.#load();
    const notice = byId('notice', HTMLDivElement);
    notice.replaceChildren(
      element('p', { class: 'callout' }, `Two-factor authentication of ${name} is removed.`),
    );
    byId('main', HTMLElement).focus();
  }
}
