// The page for two-factor authentication: the user's own, and on WHM's page the policy and the users who have set it up.
import { confirmed } from './confirmation.ts';
import { byId, element, findById } from './element.ts';
import { during, hideFailure, leaveNotice, showFailure } from './notice.ts';
import { call, service, uapi, user } from './session.ts';
import { twoFactorApi } from './two-factor-api.ts';
import { confirmIdentity, withIdentity } from './identity.ts';
import type { Policy } from './policy.ts';
import { recoveryCodes } from './recovery-codes.ts';
import { notAskedYet, SetUp } from './two-factor-set-up.ts';

type Configs = Readonly<Record<string, { readonly primary_domain: string | null }>>;

export function startTwoFactor(): void {
  // Absent if the user may not call the functions.
  if (findById('own') === undefined) return;
  if (service === 'cpaneld') startForAccount();
  else new TwoFactor().refresh();
}

function startForAccount(): void {
  const isPolicyOn = byId('own', HTMLElement).dataset.policy === 'on';
  const own = new OwnTwoFactor({ reload: () => void load(), isSetUp: () => undefined });
  const load = async () => {
    try {
      const { is_enabled: isEnabled } = await uapi<{ is_enabled: 0 | 1 }>(
        'TwoFactorAuth/get_user_configuration',
      );
      own.show(isEnabled === 1, { isOn: isPolicyOn, maySwitch: false });
    } catch (error) {
      own.fail(error);
    }
  };
  void load();
}

class TwoFactor {
  readonly #own = new OwnTwoFactor({
    reload: () => this.refresh(),
    isSetUp: () => {
      // The session has ended, so nothing else on this page works.
      for (const id of ['policy', 'enrolled']) byId(id, HTMLElement).hidden = true;
    },
  });
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
    this.#load().catch((error: unknown) => {
      this.#own.fail(error);
      this.#enrolled.replaceChildren();
    });
  }

  async #load(): Promise<void> {
    const [policy, configs] = await Promise.all([
      call<{ is_enabled: 0 | 1 }>('twofactorauth_policy_status'),
      call<Configs>('twofactorauth_get_user_configs'),
    ]);
    this.#showPolicy(policy.is_enabled === 1);
    this.#own.show(Object.hasOwn(configs, user), {
      isOn: this.#isPolicyOn,
      maySwitch: findById('policy-switch') !== undefined,
    });
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
    if (name === user) return this.#own.remove();
    const isWanted = await confirmed({
      title: `Remove two-factor authentication of ${name}?`,
      text: `The secret and the recovery codes of ${name} are deleted, and all sessions of ${name} end.`,
      action: 'Remove',
    });
    if (!isWanted) return;
    await twoFactorApi.remove(name);
    await this.#load();
    const notice = byId('notice', HTMLDivElement);
    notice.replaceChildren(
      element('p', { class: 'callout' }, `Two-factor authentication of ${name} is removed.`),
    );
    byId('main', HTMLElement).focus();
  }
}

// The user's own two-factor authentication: whether it is set up, and what the user can do with it.
interface Events {
  /** Loads the state again. */
  readonly reload: () => void;
  /** It is set up, so the session has ended. */
  readonly isSetUp: () => void;
}

class OwnTwoFactor {
  readonly #events: Events;
  readonly #content = byId('own-content', HTMLDivElement);
  readonly #state = byId('own-state', HTMLSpanElement);
  readonly #error = byId('own-error', HTMLParagraphElement);
  #policy: Policy = { isOn: false, maySwitch: false };

  constructor(events: Events) {
    this.#events = events;
  }

  show(isEnrolled: boolean, policy: Policy): void {
    this.#policy = policy;
    hideFailure(this.#error);
    this.#showState(isEnrolled);
    const state = !isEnrolled
      ? [
          'You log in with only your password. To set up two-factor authentication, you need an authenticator app ' +
            '(TOTP) on your phone.',
        ]
      : ['Logging in as ', element('b', {}, user), ' requires a code.'];
    const action = (label: string, work: () => Promise<void>, kind = '') =>
      element(
        'button',
        {
          type: 'button',
          class: kind,
          click: (event) => void during(event.currentTarget as HTMLButtonElement, this.#error, work),
        },
        label,
      );
    const buttons = isEnrolled
      ? [
          action('New recovery codes', () => this.#renewCodes()),
          action('Set up again', () => this.#setUpAgain()),
          action('Remove', () => this.remove(), 'danger quiet'),
        ]
      : [action('Set up', () => this.#setUp(), 'primary')];
    this.#content.replaceChildren(
      isEnrolled && !policy.isOn ? notAskedYet(policy) : element('p', {}, ...state),
      element('div', { class: 'actions' }, ...buttons),
    );
  }

  fail(error: unknown): void {
    showFailure(this.#error, error);
    this.#content.replaceChildren();
  }

  async remove(): Promise<void> {
    const isWanted = await confirmIdentity({
      title: 'Remove your two-factor authentication?',
      text:
        'Your secret and your recovery codes are deleted, and all your sessions end, including this one. ' +
        'After that, you log in with only your password. Enter your current code or your password to continue.',
      action: 'Remove',
      isDangerous: true,
    });
    if (!isWanted) return;
    await twoFactorApi.remove(user);
    leaveNotice('Your two-factor authentication is removed. Log in again.');
    location.assign('/');
  }

  #showState(isEnrolled: boolean): void {
    this.#state.textContent = isEnrolled ? 'Set up' : 'Not set up';
    this.#state.className = isEnrolled ? 'chip good' : 'chip';
  }

  async #setUp(): Promise<void> {
    await new SetUp(this.#content, this.#error, this.#policy, {
      isDone: () => {
        this.#showState(true);
        this.#events.isSetUp();
      },
      isCancelled: () => this.#events.reload(),
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
    const codes = await withIdentity(twoFactorApi.renewCodes);
    const done = element('button', { type: 'button', class: 'primary' }, 'I have saved the codes');
    done.addEventListener('click', () => this.#events.reload());
    this.#content.replaceChildren(recoveryCodes(codes, done));
    this.#content.querySelector('h3')?.focus();
  }
}
