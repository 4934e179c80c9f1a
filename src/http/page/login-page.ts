// The login page. It also works without its script: it then asks for the password again together with the code, because
// the password is not stored between the two steps.
import type { LoginService } from '../../capabilities/logins/rules/callers.ts';
import type { Refusal } from '../error-answers.ts';
import { assets } from './assets.ts';
import { html, type Html } from './html.ts';
import { renderBarePage } from './layout.ts';
import { renderUserField } from './user-field.ts';

const NEEDS_CODE = 'tfa_login_form';

/** A button for an identity provider. Its fields are those of the function get_provider_display_configurations. */
export interface ProviderButton {
  readonly link: string;
  readonly label: string;
  readonly color: string;
  readonly textcolor: string;
  readonly icon: string;
  readonly icon_type: string;
}

/** Whom the page is for, if not for administrators. */
const audiences: Readonly<Partial<Record<LoginService, string>>> = {
  cpaneld: 'For hosting accounts',
  webmaild: 'Webmail, for email addresses and hosting accounts',
};

export interface LoginPage {
  readonly service: LoginService;
  readonly refusal?: Refusal | undefined;
  /** The username typed before, if any. */
  readonly user?: string;
  readonly buttons?: readonly ProviderButton[];
}

export function renderLoginPage(hostname: string, page: LoginPage): string {
  const { service, refusal, user = '', buttons = [] } = page;
  const needsCode = refusal !== undefined && refusal.problem !== 'denied';
  // Clients of WHM look for this name in the response, so it is present only if a code is required.
  const form = needsCode ? NEEDS_CODE : 'login_form';
  const main = html`<div class="login card">
    <div class="product">
      <p class="brand"><img src="${assets()['icon.svg'].path}" alt="" width="36" height="36" />whmapi1</p>
      <h1>Log in to ${hostname}</h1>
      ${audiences[service] !== undefined && html`<p class="hint">${audiences[service]}</p>`}
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
        ${renderUserField(user)}
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
    ${renderProviderButtons(buttons)}
  </div>`;
  return renderBarePage({ name: 'login', title: 'Log in', main });
}

/** The page's script sets the colours, because the content security policy allows no style attributes. */
function renderProviderButtons(buttons: readonly ProviderButton[]): Html | undefined {
  if (buttons.length === 0) return undefined;
  return html`<ul class="providers" aria-label="Other ways to log in">
    ${buttons.map(
      ({ link, label, color, textcolor, icon, icon_type: type }) =>
        html`<li>
          <a class="provider" href="${link}" data-color="${color}" data-textcolor="${textcolor}"
            >${icon !== '' && html`<img src="data:${type};base64,${icon}" alt="" width="20" height="20" />`}${label}</a
          >
        </li>`,
    )}
  </ul>`;
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
