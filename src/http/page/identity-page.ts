// The page of a login through an identity provider that still lacks something: a code, the choice of a user, or the
// password of the user to whom the identity is to be linked. It needs no script.
import type { Refusal } from '../error-answers.ts';
import { assets } from './assets.ts';
import { html } from './html.ts';
import { renderBarePage } from './layout.ts';
import { renderUserField } from './user-field.ts';

export interface IdentityPage {
  readonly hostname: string;
  /** The provider’s name for people. */
  readonly provider: string;
  /** The identity’s name at the provider. Can be empty. */
  readonly identity: string;
  /** The users as whom the identity can log in. Empty if it is to be linked to one first. */
  readonly users: readonly string[];
  /** The user who is logging in, if that is known. */
  readonly user: string;
  readonly needsCode: boolean;
  readonly refusal?: Refusal | undefined;
}

export const COMPLETE_PATH = '/openid_connect_login/';

export function renderIdentityPage(page: IdentityPage): string {
  const { hostname, provider, identity, users, needsCode, refusal } = page;
  const isLinking = users.length === 0;
  const main = html`<div class="login card">
    <div class="product">
      <p class="brand"><img src="${assets()['icon.svg'].path}" alt="" width="36" height="36" />whmapi1</p>
      <h1>${isLinking ? 'Link your identity' : `Log in to ${hostname}`}</h1>
    </div>
    <p>
      ${provider} has confirmed your identity${identity !== '' && html` <b>${identity}</b>`}.
      ${
        isLinking &&
        html`It is not linked to a user of ${hostname} yet. Log in with your password once to link it. After
        that, you need no password to log in with ${provider}.`
      }
    </p>
    ${
      refusal !== undefined &&
      html`<p role="alert" class="${refusal.problem === 'tfa_required' ? 'callout' : 'callout failure'}">
        ${refusal.reason}
      </p>`
    }
    <form method="post" action="${COMPLETE_PATH}">
      ${isLinking ? renderPassword(page) : renderUsers(page)}
      ${
        needsCode &&
        html`<div class="fields">
          <label for="code">Code</label>
          <input
            id="code"
            name="tfa_token"
            maxlength="40"
            required
            autocomplete="one-time-code"
            autocapitalize="none"
            spellcheck="false"
            aria-describedby="code-hint"
            autofocus
          />
          <p class="hint" id="code-hint">
            The six digits that your authenticator app shows now, or one of your recovery codes.
          </p>
        </div>`
      }
      <div class="actions">
        <button class="primary" type="submit">${isLinking ? 'Log in and link' : 'Log in'}</button>
        <a href="/">Cancel</a>
      </div>
    </form>
  </div>`;
  return renderBarePage({ name: 'login', title: isLinking ? 'Link your identity' : 'Log in', main });
}

function renderPassword({ user, needsCode }: IdentityPage) {
  return html`<div class="fields">
    ${renderUserField(user)}
    <label for="pass">Password</label>
    <input
      id="pass"
      name="pass"
      type="password"
      required
      autocomplete="current-password"
      ${user !== '' && html`autofocus`}
    />
    ${needsCode && html`<p class="hint">Please type the password again, together with the code.</p>`}
  </div>`;
}

function renderUsers({ users, user }: IdentityPage) {
  const [only] = users;
  if (users.length === 1) return html`<input type="hidden" name="user" value="${only}" />`;
  return html`<fieldset>
    <legend>Log in as</legend>
    ${users.map(
      (name) =>
        html`<label
          ><input type="radio" name="user" value="${name}" required ${name === user && html`checked`} />
          ${name}</label
        >`,
    )}
  </fieldset>`;
}
