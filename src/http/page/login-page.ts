// The login page. It also works without its script: it then asks for the password again together with the code, because
// the password is not stored between the two steps.
import type { Refusal } from '../error-answers.ts';
import { assets } from './assets.ts';
import { html } from './html.ts';
import { renderBarePage } from './layout.ts';

const NEEDS_CODE = 'tfa_login_form';

/** @param user the username typed before, if any. */
export function renderLoginPage(hostname: string, refusal: Refusal | undefined, user = ''): string {
  const needsCode = refusal !== undefined && refusal.problem !== 'denied';
  // Clients of WHM look for this name in the response, so it is present only if a code is required.
  const form = needsCode ? NEEDS_CODE : 'login_form';
  const main = html`<div class="login card">
    <div class="product">
      <p class="brand"><img src="${assets()['icon.svg'].path}" alt="" width="36" height="36" />whmapi1</p>
      <h1>Log in to ${hostname}</h1>
    </div>
    <div id="notice" role="status"></div>
    <p
      id="login-error"
      role="alert"
      class="${refusal?.problem === 'tfa_required' ? 'callout' : 'callout failure'}"
      ${refusal === undefined && html`hidden`}
    >
      ${refusal?.reason}
    </p>
    <form id="${form}" class="${form}" method="post" action="/login/" data-login>
      <div data-step="password">
        <label for="user">User</label>
        <input
          id="user"
          name="user"
          value="${user}"
          required
          maxlength="64"
          autocomplete="username"
          autocapitalize="none"
          spellcheck="false"
          ${user === '' && html`autofocus`}
        />
        <label for="pass">Password</label>
        <div class="secret-field">
          <input
            id="pass"
            name="pass"
            type="password"
            required
            autocomplete="current-password"
            ${user !== '' && html`autofocus`}
          />
          <button type="button" data-show aria-pressed="false" aria-controls="pass" hidden>
            Show<span class="visually-hidden"> the password</span>
          </button>
        </div>
        ${needsCode && html`<p class="hint">Please type the password again, together with the code.</p>`}
      </div>
      <div data-step="code" ${!needsCode && html`hidden`}>
        <label for="code">Code</label>
        <input
          id="code"
          name="tfa_token"
          maxlength="40"
          ${needsCode && html`required`}
          autocomplete="one-time-code"
          autocapitalize="none"
          spellcheck="false"
          aria-describedby="code-hint"
        />
        <p class="hint" id="code-hint">
          The six digits that your authenticator app shows now, or one of your recovery codes.
        </p>
      </div>
      <div class="actions">
        <button class="primary" type="submit">Log in</button>
        <button type="button" data-back hidden>Back</button>
      </div>
    </form>
  </div>`;
  return renderBarePage({ name: 'login', title: 'Log in', main });
}

/** The page after a login without the script. */
export function renderWayIn(base: string, warnings: readonly string[]): string {
  const main = html`<div class="login card">
    <h1>You are logged in</h1>
    ${warnings.map((warning) => html`<p class="callout warning">${warning}</p>`)}
    <p><a href="${base}/">Continue</a></p>
  </div>`;
  return renderBarePage({ name: 'login', title: 'Logged in', main });
}
