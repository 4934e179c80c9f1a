// The connection is lost during a commit, so the store cannot say whether it saved the change.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ApiError } from '../../src/core/errors.ts';
import type { Store } from '../../src/core/engine.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

/** Loses the response to the change with this number. `kept` says whether it was committed. `count` counts changes. */
function loseAnswer(number: number, kept: boolean): { readonly count: () => number } {
  const { store } = here.application.engine;
  let count = 0;
  const losing: Store = {
    async transaction(effect, work) {
      if (effect !== 'changes' || (count += 1) !== number) return store.transaction(effect, work);
      await store.transaction(effect, async (db, nested) => {
        const { value, keep } = await work(db, nested);
        return { value, keep: keep && kept };
      });
      throw new ApiError('unknown_outcome', 'Whether it was kept is not known.');
    },
  };
  here.overrides.store = losing;
  return { count: () => count };
}

const create = () => here.call('createacct', { username: 'bob', domain: 'bob.example' });

/** True if bob is a user of the machine, has a home directory, and is an account. */
async function isThere(): Promise<boolean[]> {
  const passwd = join(here.state, 'root/etc/passwd');
  const homes = join(here.state, 'root/home');
  const rows = await here.application.engine.store.transaction('reads', async (db) => ({
    value: await db.all("SELECT 1 FROM account WHERE username = 'bob'"),
    keep: false,
  }));
  return [
    existsSync(passwd) && readFileSync(passwd, 'utf8').includes('bob:'),
    existsSync(homes) && readdirSync(homes).includes('bob'),
    rows.length === 1,
  ];
}

const [ALL, NOTHING] = [
  [true, true, true],
  [false, false, false],
];

test('never leaves half an account: another call finds all of it or nothing, and can repeat it', async () => {
  const { count } = loseAnswer(0, true);
  expect((await create()).metadata.result).toBe(1);
  const changes = count();
  expect(changes).toBeGreaterThanOrEqual(3);
  for (const kept of [true, false]) {
    for (let number = 1; number <= changes; number++) {
      here.remove();
      here = new Installation();
      loseAnswer(number, kept);
      const { metadata } = await create();
      here.overrides = {};
      await here.call('list_users');
      // Another call has checked the state that was left.
      await here.call('addpkg', { name: 'other' });
      const found = await isThere();
      expect([ALL, NOTHING]).toContainEqual(found);
      if (metadata.result === 1) expect(found).toEqual(ALL);
      else {
        expect(metadata.error_code).toBe('unknown_outcome');
        expect(found).toEqual(NOTHING);
        expect((await create()).metadata.reason).toBe('Account Creation Ok');
      }
    }
  }
});

test('of the last change is looked up: if it was saved it is kept, otherwise it is undone', async () => {
  const { count } = loseAnswer(0, true);
  await create();
  const last = count();
  here.remove();
  here = new Installation();
  loseAnswer(last, true);
  expect((await create()).metadata.reason).toBe('Account Creation Ok');
  here.overrides = {};
  expect(await isThere()).toEqual(ALL);
  here.remove();
  here = new Installation();
  loseAnswer(last, false);
  expect((await create()).metadata.error_code).toBe('unknown_outcome');
  here.overrides = {};
  expect(await isThere()).toEqual(NOTHING);
});

test('of a removal is never reported as if nothing had been changed', async () => {
  await create();
  const { store } = here.application.engine;
  let isBroken = false;
  here.overrides.store = {
    async transaction(effect, work) {
      if (isBroken) throw new ApiError('store_unavailable', 'It is gone. Nothing was changed.');
      return store.transaction(effect, work);
    },
  };
  const { machine } = here.engine;
  here.overrides.machine = {
    ...machine,
    users: async () => {
      const users = await machine.users();
      return new Proxy(users, {
        get: (target, key) => {
          const method = Reflect.get(target, key) as unknown;
          if (key !== 'remove' || typeof method !== 'function') return method;
          return async (...args: unknown[]) => {
            await (method.apply(target, args) as Promise<unknown>);
            isBroken = true;
          };
        },
      });
    },
  };
  const { metadata } = await here.call('removeacct', { user: 'bob' });
  expect(metadata.reason).toMatch(
    /^It is gone\. The call can no longer be taken back\. Done: .* is still to be stored\. The next call does the rest\.$/,
  );
  here.overrides = {};
  await here.call('addpkg', { name: 'other' });
  expect(await isThere()).toEqual(NOTHING);
});
