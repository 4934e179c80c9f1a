// The accounts that have the domains of certificates.
import type { Caller } from '../../../../src/core/context.ts';
import { accountCaller } from '../../../../src/core/contexts.ts';
import { ownersOf } from '../../../../src/capabilities/certificates/rules/owners.ts';
import { addAccounts, anAccount } from '../../../support/accounts.ts';
import { Installation, reseller } from '../../../support/installation.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await addAccounts(here, anAccount(), anAccount({ username: 'carl', uid: 1002, owner: 'rita' }));
  await here.engine.store.transaction('changes', async (db) => {
    await db.run(
      `INSERT INTO hosted_domain (domain, username, type, served_by, document_root) VALUES
         ('shop.bob.example', 'bob', 'sub', NULL, 'public_html/shop'),
         ('carl.test', 'carl', 'parked', 'carl.example', NULL),
         ('left.test', 'gone', 'parked', 'gone.example', NULL)`,
    );
    return { value: undefined, keep: true };
  });
});
afterEach(() => here.remove());

const domains = [
  ...['bob.example', '*.bob.example', 'www.bob.example', 'cpanel.shop.bob.example', 'other.bob.example'],
  ...['carl.test', '*.carl.test', 'carl.example', 'left.test', 'bob.example'],
];
const owners = (caller: Caller) =>
  here.engine.store.transaction('reads', async (db) => ({
    value: Object.fromEntries(await ownersOf({ db, caller }, domains)),
    keep: false,
  }));
const ofBob = {
  'bob.example': 'bob',
  '*.bob.example': 'bob',
  'www.bob.example': 'bob',
  'cpanel.shop.bob.example': 'bob',
};
const ofCarl = { 'carl.test': 'carl', '*.carl.test': 'carl', 'carl.example': 'carl' };

test('are found by main domains, other domains, wildcards and names below them', async () => {
  expect(await owners({ user: 'root', privileges: 'all' })).toEqual({ ...ofBob, ...ofCarl });
});

test('are only those that the caller sees', async () => {
  expect(await owners(reseller('rita'))).toEqual(ofCarl);
  expect(await owners(accountCaller('bob'))).toEqual(ofBob);
});
