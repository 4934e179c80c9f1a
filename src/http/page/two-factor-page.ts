// The frame of the page for two-factor authentication. Its script loads the content from the API.
import { html, type Html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';

/** The user's rights on this page of WHM. */
export interface TwoFactorRights {
  /** True if the user may see and change their own configuration. Resellers need a privilege. */
  readonly mayManage: boolean;
  readonly maySwitchPolicy: boolean;
}

export function renderTwoFactorPage(visitor: Visitor, rights: TwoFactorRights): string {
  return renderFrame(visitor, rights.mayManage ? sections(visitor, rights) : refusal);
}

/** For accounts, which have no other users and cannot change the policy. */
export function renderOwnTwoFactorPage(visitor: Visitor, isPolicyOn: boolean): string {
  return renderFrame(visitor, ownSection(visitor, 'Your account', isPolicyOn));
}

function renderFrame(visitor: Visitor, content: Html): string {
  const main = html`<h1>Two-Factor Authentication</h1>
    <p class="lead">
      Two-factor authentication requires a code from your authenticator app in addition to your password. A
      stolen password alone is not enough to log in.
    </p>
    ${content}`;
  return renderPage({ name: 'two-factor', title: 'Two-Factor Authentication', main }, visitor);
}

const refusal = html`<p class="callout warning">
  This page requires the privilege <code>create-acct</code>, which you do not have. Ask root to grant it.
</p>`;

/** @param isPolicyOn absent if the page has a section for the policy. */
function ownSection({ user }: Visitor, title: string, isPolicyOn?: boolean): Html {
  return html`<section
    class="card"
    id="own"
    aria-labelledby="own-title"
    ${isPolicyOn !== undefined && html`data-policy="${isPolicyOn ? 'on' : 'off'}"`}
  >
    <h2 id="own-title">${title} <span class="chip" id="own-state" role="status">…</span></h2>
    <div id="own-content">
      <p class="hint">Loading the state of <b>${user}</b>.</p>
    </div>
    <p class="callout failure" id="own-error" role="alert" hidden></p>
  </section>`;
}

function sections(visitor: Visitor, { maySwitchPolicy }: TwoFactorRights): Html {
  return html`${ownSection(visitor, 'For yourself')}
    <section class="card" id="policy" aria-labelledby="policy-title">
      <h2 id="policy-title">Policy <span class="chip" id="policy-state" role="status">…</span></h2>
      <p>
        While the policy is enabled, users who have set up two-factor authentication need a code to log in.
        Setting it up is optional.
      </p>
      ${
        maySwitchPolicy
          ? html`<div class="actions"><button type="button" id="policy-switch" hidden></button></div>`
          : html`<p class="hint">Only root can change the policy.</p>`
      }
      <p class="callout failure" id="policy-error" role="alert" hidden></p>
    </section>
    <section class="card" id="enrolled" aria-labelledby="enrolled-title">
      <h2 id="enrolled-title">Users who have set it up</h2>
      <div id="enrolled-content"><p class="hint">Loading the list.</p></div>
      <p class="callout failure" id="enrolled-error" role="alert" hidden></p>
    </section>`;
}
