// The frame of an account’s first page. Its script fills it with what the account uses.
import { html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';
import { renderTiles } from './navigation.ts';

/** @param domain the account’s main domain. */
export function renderAccountOverviewPage(visitor: Visitor, domain: string): string {
  const { user, hostname } = visitor;
  const main = html`<div class="text-head">
      <h1>${domain}</h1>
      <button type="button" class="small" id="refresh">Refresh</button>
    </div>
    <p class="lead">The account ${user} on ${hostname}.</p>
    <p class="callout failure" id="overview-error" role="alert" hidden></p>
    <div id="overview" aria-live="polite" aria-busy="true">
      <p class="hint">Measuring what the account uses.</p>
    </div>
    ${renderTiles(visitor)}`;
  return renderPage({ name: 'account-overview', title: 'Overview', main }, visitor);
}
