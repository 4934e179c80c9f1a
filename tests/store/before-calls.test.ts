import type { Db } from '../../src/core/context.ts';
import { BeforeCalls } from '../../src/store/before-calls.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;
let store: SqliteStore;
let other: SqliteStore;
beforeEach(() => {
  here = new Installation();
  const directory = new StateDirectory(here.state, process.geteuid?.() ?? 0);
  [store, other] = [new SqliteStore(directory, { gathers: true }), new SqliteStore(directory)];
});
afterEach(() => {
  store.close();
  other.close();
  here.remove();
});

const read = async (before: BeforeCalls) =>
  store.transaction('reads', async (db) => {
    await db.all('SELECT id FROM operation');
    before.noteNothing('addpkg');
    return { value: undefined, keep: false };
  });
const write = async (to: SqliteStore) =>
  to.transaction('changes', async (db: Db) => {
    await db.run(
      `INSERT INTO operation (server, kind, input, begun, irreversible, needs_secret, process, xid, caller)
       VALUES ('', 'change-account', '{}', 0, 0, 0, '', 'x', 'root')`,
    );
    return { value: undefined, keep: true };
  });
/** A round of the event loop, in which the store looks for the changes of other processes again. */
const nextRound = () => new Promise((resume) => setTimeout(resume, 5));

it('nothing is known as long as nothing is stored', async () => {
  const before = new BeforeCalls(store);
  expect(before.hasNothing('addpkg')).toBe(false);
  await read(before);
  await nextRound();
  expect([before.hasNothing('addpkg'), before.hasNothing('addpkg')]).toEqual([true, true]);
});

it('is known for each function separately', async () => {
  const before = new BeforeCalls(store);
  await read(before);
  await nextRound();
  expect([before.hasNothing('addpkg'), before.hasNothing('killpkg')]).toEqual([true, false]);
});

it.each([
  ['this process', () => store],
  ['another process', () => other],
])('nothing is no longer known after a change by %s, until it is read again', async (_who, by) => {
  const before = new BeforeCalls(store);
  await read(before);
  await nextRound();
  expect(before.hasNothing('addpkg')).toBe(true);
  await write(by());
  await nextRound();
  expect(before.hasNothing('addpkg')).toBe(false);
  await read(before);
  await nextRound();
  expect(before.hasNothing('addpkg')).toBe(true);
});
