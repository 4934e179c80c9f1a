// Greylisting of the domains of an account, and the files by which Exim knows those that are excepted.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Db } from '../../src/core/context.ts';
import * as domains from '../../src/capabilities/domains/rules/hosted-domains.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(here, anAccount({ username: 'bob' }), anAccount({ username: 'anna' }));
});
afterEach(() => {
  here.remove();
});

/** The domains of bob that Exim does not greylist. */
function off(): string[] {
  const folder = join(here.state, 'root/etc/exim4/whmapi1/domains');
  return readdirSync(folder).filter(
    (name) => readFileSync(join(folder, name), 'utf8') === 'owner: bob\ngreylist: off\n',
  );
}
const transaction = <T>(work: (db: Db) => Promise<T>): Promise<T> =>
  here.engine.store.transaction('changes', async (db) => ({ value: await work(db), keep: true }));

describe('UAPI cPGreyList', () => {
  it('excepts domains of the account', async () => {
    await transaction((db) =>
      domains.insert(db, {
        domain: 'shop.example',
        username: 'bob',
        type: 'addon',
        servedBy: null,
        documentRoot: 'shop',
      }),
    );
    const record = (domain: string, type: string, enabled: number) => ({
      ...{ domain, type, enabled, dependencies: [], searchhint: domain },
    });
    const list = () => here.uapi('bob', 'cPGreyList::list_domains');
    expect(await list()).toMatchObject({
      data: [record('bob.example', 'main', 1), record('shop.example', 'addon', 1)].map((one) => ({
        ...{ ...one, cPGreyList: { total_enabled: 2, total_disabled: 0 } },
      })),
      metadata: { cPGreyList: { total_enabled: 2, total_disabled: 0 } },
    });
    const one = await here.uapi('bob', 'cPGreyList::disable_domains', { domains: 'Shop.example' });
    expect(one.data).toEqual([record('shop.example', 'addon', 0)]);
    expect(off()).toEqual(['shop.example']);
    expect(await list()).toMatchObject({ metadata: { cPGreyList: { total_enabled: 1, total_disabled: 1 } } });
    expect((await here.uapi('bob', 'cPGreyList::disable_all_domains')).data).toMatchObject([
      { enabled: 0 },
      { enabled: 0 },
    ]);
    expect(off()).toEqual(['bob.example', 'shop.example']);
    await here.uapi('bob', 'cPGreyList::enable_domains', { domains: ['bob.example'] });
    expect(off()).toEqual(['shop.example']);
    expect((await here.uapi('bob', 'cPGreyList::enable_all_domains')).data).toMatchObject([
      { enabled: 1 },
      { enabled: 1 },
    ]);
    expect(off()).toEqual([]);
    const foreign = await here.uapi('bob', 'cPGreyList::disable_domains', { domains: 'anna.example' });
    expect(foreign).toMatchObject({ status: 0, errors: ['You do not have a domain “anna.example”.'] });
  });

  it('says whether the server does it', async () => {
    const enabled = async () => (await here.uapi('bob', 'cPGreyList::has_greylisting_enabled')).data;
    expect(await enabled()).toEqual({ enabled: 0 });
    await here.call('enable_cpgreylist');
    expect(await enabled()).toEqual({ enabled: 1 });
  });
});
