// The page instead of Roundcube if it does not run.
import { html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';

export interface MissingWebmail {
  /** Whether the server has the role Webmail. */
  readonly isActive: boolean;
  readonly isSandbox: boolean;
}

export function renderNoWebmailPage(visitor: Visitor, { isActive, isSandbox }: MissingWebmail): string {
  const main = html`<div class="card">
    <h1>Webmail</h1>
    <p>${reasonOf(isActive, isSandbox)}</p>
    ${!isSandbox && html`<p>Mail programs reach the mail over IMAP in the meantime.</p>`}
  </div>`;
  return renderPage({ name: 'not-found', title: 'Webmail', main, worksWithoutScript: true }, visitor);
}

function reasonOf(isActive: boolean, isSandbox: boolean) {
  if (isSandbox) return 'You are logged in. A sandbox runs no Roundcube, so there is nothing to show.';
  if (isActive) return 'Roundcube does not answer at the moment. Try again in a minute.';
  return html`This server has no webmail. Its administrator can activate a profile with the role
    <code>Webmail</code>.`;
}
