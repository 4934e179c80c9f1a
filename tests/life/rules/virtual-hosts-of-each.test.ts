// What is read for all accounts at once is the same as what is read for each of them.
import { root } from '../../../src/app/app.ts';
import type { Db } from '../../../src/core/context.ts';
import * as accounts from '../../../src/capabilities/accounts/rules/accounts.ts';
import { insert, type HostedDomain } from '../../../src/capabilities/domains/rules/hosted-domains.ts';
import { virtualHostsOf, virtualHostsOfEach } from '../../../src/capabilities/domains/rules/virtual-hosts.ts';
import { setHost } from '../../../src/capabilities/php/rules/settings.ts';
import { setFpmSettings } from '../../../src/capabilities/php/rules/stored-fpm-settings.ts';
import {
  hostsOf,
  listHosts,
  prepareList,
  readAccount,
  readAccounts,
} from '../../../src/capabilities/php/rules/virtual-hosts.ts';
import { Installation } from '../../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  for (const username of ['alice', 'bob', 'carol']) {
    const { metadata } = await here.call('createacct', { username, domain: `${username}.example` });
    expect(metadata.reason).toBe('Account Creation Ok');
  }
  await here.call('setupreseller', { user: 'carol' });
  await inStore(async (db) => {
    for (const hosted of domains) await insert(db, hosted);
  });
});
afterEach(() => here.remove());

const alias = (username: string, type: 'parked' | 'addon', domain: string, servedBy: string) =>
  ({ username, type, domain, servedBy, documentRoot: null }) as const;
const subdomain = (username: string, domain: string, documentRoot: string) =>
  ({ username, type: 'sub', domain, servedBy: null, documentRoot }) as const;
const domains: readonly HostedDomain[] = [
  alias('bob', 'parked', 'bobby.example', 'bob.example'),
  subdomain('bob', 'shop.bob.example', 'public_html/shop'),
  subdomain('bob', '*.bob.example', 'public_html/any'),
  alias('bob', 'addon', 'shop.example', 'shop.bob.example'),
  // Names that other virtual hosts would have: of the same account, and of others.
  subdomain('bob', 'mail.bobby.example', 'mails'),
  subdomain('alice', 'www.shop.example', 'public_html'),
  alias('alice', 'parked', 'cpanel.bob.example', 'alice.example'),
  alias('bob', 'parked', 'whm.carol.example', 'bob.example'),
];

function inStore<T>(work: (db: Db) => Promise<T>): Promise<T> {
  return here.engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));
}

test.each(['0', '1'])('virtual hosts, with service subdomains set to %s', async (value) => {
  const { metadata } = await here.call('set_tweaksetting', { key: 'proxysubdomains', value });
  expect(metadata.result).toBe(1);
  await inStore(async (db) => {
    const all = await accounts.listAll(db);
    const together = await virtualHostsOfEach(db, all);
    const each = await Promise.all(
      all.map(async (account) => [account.username, await virtualHostsOf(db, account)] as const),
    );
    expect([...together]).toEqual(each);
    const bob = together.get('bob')?.map(({ servername, aliases }) => [servername, aliases]);
    expect(bob).toContainEqual(['shop.bob.example', expect.not.arrayContaining(['www.shop.example'])]);
  });
});

test('PHP of virtual hosts', async () => {
  const setting = { name: 'pm_max_children', kind: 0, value: '9' } as const;
  const php = { version: 'ea-php84', usesFpm: true, maxChildren: 7, maxRequests: null, idleTimeout: null };
  await inStore(async (db) => {
    for (const [name, folder] of [
      ['old.bob.example', 'public_html/shop/old'],
      ['shopping.bob.example', 'public_html/shopping'],
    ] as const)
      await insert(db, subdomain('bob', name, folder));
    await setHost(db, { servername: 'shop.bob.example', username: 'bob', ...php });
    await setHost(db, { servername: 'carol.example', username: 'carol', ...php });
    await insert(db, subdomain('carol', 'shop.carol.example', 'public_html/shop'));
    // Several with the folder of the main domain, which decides for those in folders of it.
    for (const name of ['also.carol.example', 'by.carol.example'])
      await insert(db, subdomain('carol', name, 'public_html'));
    const other = { ...php, version: 'ea-php82' };
    for (const servername of ['also.carol.example', 'by.carol.example'])
      await setHost(db, { servername, username: 'carol', ...other });
    // Without it, the first of them decides.
    for (const [name, folder] of [
      ['two.bob.example', 'both'],
      ['one.bob.example', 'both'],
      ['three.bob.example', 'both/three'],
    ] as const)
      await insert(db, subdomain('bob', name, folder));
    await setHost(db, { servername: 'two.bob.example', username: 'bob', ...other });
    await setHost(db, { servername: 'one.bob.example', username: 'bob', ...php });
    await setFpmSettings(db, { servername: '', username: '' }, [setting]);
    await setFpmSettings(db, { servername: 'alice.example', username: 'alice' }, [
      { name: 'disable_functions', kind: 1, value: 'exec' },
      setting,
    ]);
    const each = [];
    for (const account of await accounts.listAll(db)) each.push(await readAccount(db, account, 'ea-php83'));
    expect(await readAccounts(db, root, 'ea-php83')).toEqual(each);
    const listed = await listHosts(db, await prepareList(db, root, 'ea-php83'));
    const expected = hostsOf(each).map(({ host: { servername, documentRoot }, servedBy }) => {
      const { decidedBy, parameters, usesFpm, version } = servedBy;
      return [servername, documentRoot, { decidedBy, parameters, usesFpm, version }];
    });
    expect(listed.map(({ host, servedBy }) => [host.servername, host.documentRoot, servedBy])).toEqual(
      expected,
    );
    expect(listed.map(({ host }) => host.type)).toEqual(hostsOf(each).map(({ host }) => host.type));
    expect(each.map(({ state }) => state.fpm.size)).toEqual([2, 1, 1]);
  });
});
