// get_users_features_settings of many accounts: in any order, with any feature lists and overrides, and of few among many.
import { root } from '../../src/app/app.ts';
import type { Caller } from '../../src/core/context.ts';
import { dispatch } from '../../src/core/dispatch.ts';
import { features } from '../../src/capabilities/accounts/rules/features/catalogue.ts';
import * as featureLists from '../../src/capabilities/accounts/rules/features/lists.ts';
import * as overrides from '../../src/capabilities/accounts/rules/features/overrides.ts';
import { renderJson } from '../../src/render/json.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

const here = new Installation();
afterAll(() => here.remove());

/** More than four times as many as a call can name while it still asks for each. */
const COUNT = 4100;
const nameOf = (at: number) => `u${String(at).padStart(at % 3 === 0 ? 4 : 8, '0')}`;
const lists = ['default', 'Mail Only', 'without backup'];
const listOf = (at: number) => lists[Math.floor(at / 2) % 3] ?? '';
const names = Array.from({ length: COUNT }, (_, at) => nameOf(at));

beforeAll(async () => {
  await here.engine.store.transaction('changes', async (db) => {
    await featureLists.create(db, 'without backup', { webmail: true }, false);
    return { value: undefined, keep: true };
  });
  const accounts = names.map((username, at) =>
    anAccount({
      ...{ username, domain: `${username}.example`, uid: 2000 + at },
      owner: at < 1500 ? 'reseller' : 'root',
      settings: { featureList: listOf(at) },
    }),
  );
  await addAccounts(here, ...accounts);
});

/** The features that each account has regardless of its list. */
const own = new Map<string, Record<string, boolean>>();

async function override(count: number): Promise<void> {
  await here.engine.store.transaction('changes', async (db) => {
    for (let at = own.size; own.size < count; at++) {
      const settings = { backup: at % 2 === 0, ...(at % 5 === 0 ? { webmail: false } : {}) };
      await overrides.put(db, nameOf(at), settings);
      own.set(nameOf(at), settings);
    }
    return { value: undefined, keep: true };
  });
}

async function settingsOf(user: readonly string[], feature: readonly string[], caller: Caller = root) {
  const args = [
    { name: 'user', value: [...user] },
    { name: 'feature', value: [...feature] },
  ];
  const call = { command: 'get_users_features_settings', args, dryRun: false, readsLongLists: true };
  const envelope = await dispatch(call, caller, here.engine);
  return JSON.parse([...renderJson(envelope)].join('')) as {
    metadata: Record<string, unknown>;
    data: { users_features_settings: unknown };
  };
}

const enabled: Record<string, (feature: string) => boolean> = {
  default: () => true,
  'Mail Only': (feature) => feature === 'webmail',
  'without backup': (feature) => feature === 'webmail',
};

function expected(user: readonly string[], feature: readonly string[]) {
  const indexes = new Map(names.map((name, at) => [name, at]));
  return [...new Set(user)].flatMap((name) =>
    feature.map((id) => {
      const list = listOf(indexes.get(name) ?? 0);
      const override = own.get(name)?.[id];
      return {
        ...{ user: name, feature: id, feature_list: list },
        feature_list_setting: enabled[list]?.(id) === true ? 1 : 0,
        cpuser_setting: override === undefined ? null : Number(override),
      };
    }),
  );
}

const ascending = [...names].sort();
const mixed = names.map((_, at) => nameOf((at * 7919) % COUNT));
const calls: readonly (readonly [what: string, users: readonly string[]])[] = [
  ['all, in their order', ascending],
  ['all, the last one first', [...ascending].reverse()],
  ['all, mixed and some twice', [...mixed, ...mixed.slice(0, 50)]],
  ['a third, in their order', ascending.filter((_, at) => at % 3 === 1)],
  ['few among many', mixed.slice(0, 1010)],
  ['three', mixed.slice(0, 3)],
];

describe.each([0, 7, 1100])('with %i overrides', (count) => {
  beforeAll(() => override(count));

  test.each(calls)('%s', async (_what, users) => {
    for (const feature of [['backup'], ['webmail', 'backup']]) {
      const { metadata, data } = await settingsOf(users, feature);
      expect(metadata).toMatchObject({ result: 1 });
      expect(data.users_features_settings).toEqual(expected(users, feature));
    }
  });
});

test('all features of an account and of many', async () => {
  const ids = features.map(({ id }) => id);
  const [first = '', second = ''] = mixed;
  const one = (await settingsOf([first, second], [])).data.users_features_settings as { user: string }[];
  expect(one).toHaveLength(2 * ids.length);
  const many = (await settingsOf(mixed.slice(0, 20), [])).data.users_features_settings as { user: string }[];
  expect(many.slice(0, 2 * ids.length)).toEqual(one);
  expect(many.map(({ user }) => user)).toEqual(mixed.slice(0, 20).flatMap((user) => ids.map(() => user)));
});

test.each([
  ['few among many', 1005],
  ['most', 3000],
])('the first account that does not exist is named: %s', async (_what, count) => {
  const { metadata } = await settingsOf([...mixed.slice(0, count), 'nobody1', 'nobody2'], ['backup']);
  expect(metadata).toMatchObject({ result: 0, error_code: 'not_found' });
  expect(metadata.reason).toContain('“nobody1”');
});

test('a reseller gets its own accounts only', async () => {
  const caller = { ...root, user: 'reseller', privileges: new Set<never>() } as unknown as Caller;
  const mine = names.slice(0, 1500);
  const { metadata, data } = await settingsOf(mine, ['backup'], caller);
  expect(metadata).toMatchObject({ result: 1 });
  expect(data.users_features_settings).toEqual(expected(mine, ['backup']));
  const others = await settingsOf([...mine, nameOf(1500)], ['backup'], caller);
  expect(others.metadata).toMatchObject({ result: 0, error_code: 'denied' });
  expect(others.metadata.reason).toContain(nameOf(1500));
});
