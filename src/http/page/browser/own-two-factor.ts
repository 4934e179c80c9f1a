// The user's own two-factor authentication: whether it is set up, and what the user can do with it.
import { byId, element } from './element.ts';
import { confirmIdentity, withIdentity } from './identity.ts';
import { during, hideFailure, leaveNotice, showFailure } from './notice.ts';
import type { Policy } from './policy.ts';
import { recoveryCodes } from './recovery-codes.ts';
import { user } from './session.ts';
import { twoFactorApi } from './two-factor-api.ts';
import { notAskedYet, SetUp } from './two-factor-set-up.ts';

interface Events {
  /** Loads the state again. */
  readonly reload: () => void;
  /** It is set up, so the session has ended. */
  readonly isSetUp: () => void;
}

export class OwnTwoFactor {
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
