// twofactorauth_get_user_configs of many users, with and without accounts, read at once and while the response is written.
import { root } from '../../src/app/app.ts';
import type { Caller } from '../../src/core/context.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import * as tfa from '../../src/capabilities/two-factor/rules/tfa.ts';
import { renderJson } from '../../src/render/json.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

const here = new Installation();
afterAll(() => here.remove());

const COUNT = 3500;
const accounts = Array.from({ length: COUNT }, (_, at) => {
  const username = `u${String(at).padStart(at % 3 === 0 ? 4 : 8, '0')}`;
  return anAccount({
    username,
    domain: `${at}.example`,
    uid: 2000 + at,
    owner: at < 2600 ? 'seller' : 'root',
  });
});
/** Names of users without an account: the first and the last of all, and some between. */
const others = ['a', 'root', 'seller', 'zz', ...accounts.slice(0, 50).map(({ username }) => `${username}x`)];
const enrolled = accounts.filter((_, at) => at % 7 !== 0);

beforeAll(async () => {
  await addAccounts(here, ...accounts);
  await here.engine.store.transaction('changes', async (db) => {
    const context = { db, sealer: here.engine.sealer, now: () => 0 };
    const secret = { kind: 'primary_account', name: '', secret: 'WJ73QJSKZBXCIFPZ' } as const;
    for (const user of [...enrolled.map(({ username }) => username), ...others]) {
      await tfa.putSecret(context, user, secret);
    }
    // An account with only the secret of a team member is not enrolled itself.
    await tfa.putSecret(context, accounts[0]?.username ?? '', { ...secret, kind: 'team', name: 'eve' });
    return { value: undefined, keep: true };
  });
});

async function configsFor(caller: Caller, readsLongLists: boolean) {
  const call = { command: 'twofactorauth_get_user_configs', args: [], dryRun: false, readsLongLists };
  const envelope = await dispatch(call, caller, here.engine);
  return (JSON.parse([...renderJson(envelope)].join('')) as { data: Record<string, unknown> }).data;
}

const configs = (shown: readonly { username: string; domain: string | null }[]) =>
  shown
    .map(({ username, domain }) => [username, { is_enabled: 1, primary_domain: domain }] as const)
    .sort(([one], [another]) => (one < another ? -1 : 1));

const withoutAccount = (username: string) => ({ username, domain: null });

describe.each([
  ['at once', false],
  ['while the response is written', true],
])('read %s', (_how, readsLongLists) => {
  test('root sees every enrolled user, in the order of the names', async () => {
    const data = await configsFor(root, readsLongLists);
    expect(Object.entries(data)).toEqual(configs([...enrolled, ...others.map(withoutAccount)]));
  });

  test('a reseller sees itself and its own accounts', async () => {
    const data = await configsFor(reseller('seller', 'create-acct'), readsLongLists);
    const own = enrolled.filter(({ owner }) => owner === 'seller');
    expect(own.length).toBeGreaterThan(2000);
    expect(Object.entries(data)).toEqual(configs([...own, withoutAccount('seller')]));
  });
});
