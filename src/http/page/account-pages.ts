// The pages of accounts.
import type { FastifyInstance } from 'fastify';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';
import type { Door } from '../door.ts';
import { accountShell } from './account-shell.ts';
import { renderApiShellPage } from './api-shell-page.ts';
import { addPageRoutes } from './page-routes.ts';
import { addShell } from './shell-routes.ts';
import { renderOwnTwoFactorPage } from './two-factor-page.ts';
import { html } from './html.ts';
import { renderPage, type Visitor } from './layout.ts';
import { renderTiles } from './navigation.ts';

export function addAccountPages(server: FastifyInstance, door: Door): void {
  const { engine } = door.application;
  addPageRoutes(
    server,
    { ...door, service: 'cpaneld' },
    {
      'account-overview': async ({ caller, visitor }) => {
        const { domain } = await engine.store.transaction('reads', async (db) => ({
          value: await accounts.getOwn(db, caller),
          keep: false,
        }));
        return renderAccountOverviewPage(visitor, domain);
      },
      domains: async ({ visitor }) => renderDomainsPage(visitor),
      'two-factor': async ({ visitor }) => {
        const isPolicyOn = await engine.store.transaction('reads', async (db) => ({
          value: await tfa.isPolicyEnabled(db),
          keep: false,
        }));
        return renderOwnTwoFactorPage(visitor, isPolicyOn);
      },
      'api-shell': async ({ visitor }) => renderApiShellPage(visitor),
    },
  );
  addShell(server, door, accountShell(engine));
}

// The frame of an account’s first page. Its script fills it with what the account uses.

/** @param domain the account’s main domain. */
function renderAccountOverviewPage(visitor: Visitor, domain: string): string {
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

// The frame of the page for an account’s domains. Its script loads them.
function renderDomainsPage(visitor: Visitor): string {
  const main = html`<h1>Domains</h1>
    <p class="lead">
      Each domain shows the website in its folder. An alias shows the website of your main domain.
    </p>
    <section class="card" aria-labelledby="list-title">
      <h2 id="list-title">Your domains</h2>
      <div id="domains" aria-live="polite" aria-busy="true"><p class="hint">Loading the list.</p></div>
      <p class="callout failure" id="domains-error" role="alert" hidden></p>
    </section>
    <section class="card" id="add" aria-labelledby="add-title" hidden>
      <h2 id="add-title">Add a domain</h2>
      <div id="add-content"></div>
      <p class="callout failure" id="add-error" role="alert" hidden></p>
    </section>`;
  return renderPage({ name: 'domains', title: 'Domains', main }, visitor);
}
