// The first step of a plan is recorded with the plan, and what it finds on the machine is read before. PostgreSQL does not
// tell whether something was stored meanwhile, so such steps are recorded separately there.
import { MachineError } from '../../src/core/machine-error.ts';
import { SqliteStore } from '../../src/store/sqlite.ts';
import { StateDirectory } from '../../src/store/state-directory.ts';
import { Installation } from '../support/installation.ts';
import { onSqlite } from '../support/test-database.ts';

let here: Installation;
/** The kind of step that is watched. */
let watched: string;
/** What `prepare` of the step does before it reads. */
let meanwhile: () => unknown;
/** How often the step was read, and how often the journal noted it separately. */
let counts: { reads: number; notes: number };
/** The step in the journal when it is applied. */
let recorded: unknown;

beforeEach(async () => {
  here = new Installation();
  await here.call('createacct', { username: 'bob', domain: 'bob.example' });
  watched = 'mysql/create-database';
  meanwhile = () => undefined;
  counts = { reads: 0, notes: 0 };
  recorded = undefined;
  const { step: find, journal } = here.engine;
  here.overrides.journal = {
    ...journal,
    note: async (...args) => {
      counts.notes += 1;
      await journal.note(...args);
    },
  };
  here.overrides.step = async (kind) => {
    const step = await find(kind);
    if (kind !== watched || step === undefined) return step;
    return {
      ...step,
      prepare: async (...args) => {
        counts.reads += 1;
        await meanwhile();
        return step.prepare?.(...args);
      },
      apply: async (...args) => {
        [recorded] = await rowsOf('SELECT kind, state FROM operation_step');
        return step.apply(...args);
      },
    };
  };
});
afterEach(() => {
  here.remove();
});

const rowsOf = (sql: string) =>
  here.engine.store.transaction('reads', async (db) => ({ value: await db.all(sql), keep: false }));
const create = () => here.uapi('bob', 'Mysql::create_database', { name: 'bob_shop' });
const begun = { kind: 'mysql/create-database', state: 'begun' };
const once = (work: () => unknown) => () => {
  meanwhile = () => undefined;
  return work();
};

onSqlite('is recorded by the transaction that opens the plan', async () => {
  expect(await create()).toMatchObject({ status: 1 });
  expect([recorded, counts]).toEqual([begun, { reads: 1, notes: 0 }]);
});

onSqlite('is read again if a call of this process stored something meanwhile', async () => {
  meanwhile = once(() => here.call('nvset', { key: 'a', value: '1' }));
  expect(await create()).toMatchObject({ status: 1 });
  expect([recorded, counts]).toEqual([begun, { reads: 2, notes: 1 }]);
});

onSqlite('is read again if another process stored something meanwhile', async () => {
  const other = new SqliteStore(new StateDirectory(here.state, process.geteuid?.() ?? 0));
  meanwhile = once(() =>
    other.transaction('changes', async (db) => ({
      value: await db.run('UPDATE account SET contact_email = ?', 'bob@example.org'),
      keep: true,
    })),
  );
  expect(await create()).toMatchObject({ status: 1 });
  expect([recorded, counts]).toEqual([begun, { reads: 2, notes: 1 }]);
  other.close();
});

onSqlite('is planned again from a new look at the machine if something was stored meanwhile', async () => {
  const add = (name: string) =>
    here.call('addzonerecord', { domain: 'bob.example', name, type: 'A', address: '192.0.2.7' });
  watched = 'zones/change';
  meanwhile = once(async () => expect((await add('other')).metadata.result).toBe(1));
  expect((await add('one')).metadata.result).toBe(1);
  const { data } = await here.call('dumpzone', { domain: 'bob.example' });
  const text = JSON.stringify(data);
  expect([text.includes('one.bob.example.'), text.includes('other.bob.example.')]).toEqual([true, true]);
});

onSqlite('is not applied if its account is removed meanwhile', async () => {
  meanwhile = once(() => here.call('removeacct', { username: 'bob' }));
  expect(await create()).toMatchObject({ status: 0 });
  expect([recorded, await rowsOf('SELECT id FROM operation')]).toEqual([undefined, []]);
});

onSqlite('reports an error only when it has the locks', async () => {
  meanwhile = () => {
    throw new MachineError('failed', 'It is out of order.');
  };
  expect(await create()).toMatchObject({ status: 0, errors: ['It is out of order.'] });
  expect([recorded, counts]).toEqual([undefined, { reads: 2, notes: 0 }]);
  expect(await rowsOf('SELECT id FROM operation')).toEqual([]);
  meanwhile = () => undefined;
  expect(await create()).toMatchObject({ status: 1 });
});
