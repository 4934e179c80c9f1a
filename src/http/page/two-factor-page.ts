// Two-factor authentication: the frame. Its script asks the API for what stands in it.
import { html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';

/** What the visitor may do here. */
export interface TwoFactorRights {
  /** See and change his own; resellers need a privilege for it. */
  readonly mayManage: boolean;
  readonly maySwitchPolicy: boolean;
}

export function renderTwoFactorPage(visitor: Visitor, rights: TwoFactorRights): string {
  const main = html`<h1>Two-Factor Authentication</h1>
    <p class="lead">
      With it, logging in takes the password and a code that an authenticator app shows: a stolen password
      alone opens nothing.
    </p>
    ${rights.mayManage ? sections(visitor, rights) : refusal}`;
  return renderPage({ name: 'two-factor', title: 'Two-Factor Authentication', main }, visitor);
}

const refusal = html`<p class="callout warning">
  The functions behind this page ask for the privilege <code>create-acct</code>, which you do not hold. Root
  can grant it.
</p>`;

function sections({ user }: Visitor, { maySwitchPolicy }: TwoFactorRights) {
  return html`<section class="card" id="own" aria-labelledby="own-title">
      <h2 id="own-title">For yourself <span class="chip" id="own-state" role="status">…</span></h2>
      <div id="own-content">
        <p class="hint">The state of <b>${user}</b> is being read.</p>
      </div>
      <p class="callout failure" id="own-error" role="alert" hidden></p>
    </section>
    <section class="card" id="policy" aria-labelledby="policy-title">
      <h2 id="policy-title">Policy <span class="chip" id="policy-state" role="status">…</span></h2>
      <p>
        While the policy is on, logins of everybody who has set two-factor authentication up ask for a code.
        Nobody is made to set it up.
      </p>
      ${
        maySwitchPolicy
          ? html`<div class="actions"><button type="button" id="policy-switch" hidden></button></div>`
          : html`<p class="hint">Only root may switch it.</p>`
      }
      <p class="callout failure" id="policy-error" role="alert" hidden></p>
    </section>
    <section class="card" id="enrolled" aria-labelledby="enrolled-title">
      <h2 id="enrolled-title">Users who have set it up</h2>
      <div id="enrolled-content"><p class="hint">The list is being read.</p></div>
      <p class="callout failure" id="enrolled-error" role="alert" hidden></p>
    </section>`;
}
