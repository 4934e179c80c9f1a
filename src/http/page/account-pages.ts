// The pages of accounts.
import type { FastifyInstance } from 'fastify';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import * as tfa from '../../capabilities/two-factor/rules/tfa.ts';
import type { Door } from '../door.ts';
import { renderAccountOverviewPage } from './account-overview-page.ts';
import { accountShell } from './account-shell.ts';
import { renderApiShellPage } from './api-shell-page.ts';
import { renderDomainsPage } from './domains-page.ts';
import { addPageRoutes } from './page-routes.ts';
import { addShell } from './shell-routes.ts';
import { renderOwnTwoFactorPage } from './two-factor-page.ts';

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
