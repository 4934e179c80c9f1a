// whmapi1 --forget-server: what a server that will not come back keeps from the others is free again.
import { call, run, type Result } from '../support/command.ts';
import { Installation } from '../support/installation.ts';

let web1: Installation;
let web2: Installation;
beforeEach(async () => {
  web1 = new Installation({ server: 'web1' });
  if (web1.environment.WHMAPI1_STORE_URL === undefined) {
    throw new Error('These tests need PostgreSQL: npm run test:postgres.');
  }
  web2 = new Installation({ beside: web1, server: 'web2' });
  // Their clock is in the past: neither was active recently.
  for (const name of ['alice', 'bob']) await add(web1, name);
  web1.copyKeyTo(web2);
  await add(web2, 'carol');
  await leaveUnfinished('web1');
});
afterEach(() => {
  web2.remove();
  web1.remove();
});

async function add(here: Installation, username: string, args: Record<string, string> = {}): Promise<void> {
  const { metadata } = await here.call('createacct', { username, domain: `${username}.example`, ...args });
  expect([metadata.reason, metadata.result]).toEqual([metadata.reason, 1]);
}

/** The state of a machine that disappeared during an operation. */
async function leaveUnfinished(server: string): Promise<void> {
  await changing(
    `INSERT INTO operation (server, kind, input, begun, process, xid, caller)
     VALUES ('${server}', 'create-account', '{}', 1, 'gone', 'xid999', 'root')`,
  );
  for (const claim of ['account dave', 'domain dave.example', 'firewall']) {
    await changing(
      `INSERT INTO operation_lock (name, operation, mode) SELECT '${claim}', max(id), 'exclusive' FROM operation`,
    );
  }
}

function changing(sql: string): Promise<number> {
  return web2.engine.store.transaction('changes', async (db) => ({ value: await db.run(sql), keep: true }));
}

/** How many rows of each table are about web1. */
async function left(): Promise<Record<string, number>> {
  const counts = {
    server: "SELECT COUNT(*) AS count FROM server WHERE name = 'web1'",
    account: "SELECT COUNT(*) AS count FROM account WHERE server = 'web1'",
    operation: "SELECT COUNT(*) AS count FROM operation WHERE server = 'web1'",
    claim: 'SELECT COUNT(*) AS count FROM operation_lock',
  };
  const entries = Object.entries(counts).map(async ([name, sql]) => {
    const row = await web2.engine.store.transaction('reads', async (db) => ({
      value: await db.get<{ count: number }>(sql),
      keep: false,
    }));
    return [name, row?.count ?? NaN] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

const everything = { server: 1, account: 2, operation: 1, claim: 3 };
const forget = (...words: string[]): Promise<Result> =>
  run(['--forget-server', ...words], { state: web2.state, env: web2.environment });

test('without --accounts the command is rejected, and shows the accounts', async () => {
  const { status, stdout, stderr } = await forget('web1');
  expect(status).toBe(1);
  expect(stdout).toBe(
    'accounts    2: alice, bob\n' +
      'unfinished  create-account of root (XID xid999); locks: account dave, domain dave.example, firewall\n',
  );
  expect(stderr).toContain('--accounts remove');
  expect(await left()).toEqual(everything);
});

test('with its accounts, nothing is left of it, and its names can be reused', async () => {
  const { status, stdout } = await forget('web1', '--accounts', 'remove');
  expect([status, stdout.split('\n').at(-2)]).toEqual([0, 'The server “web1” is forgotten.']);
  expect(await left()).toEqual({ server: 0, account: 0, operation: 0, claim: 0 });
  for (const name of ['alice', 'dave']) await add(web2, name);
  const records = await web2.engine.store.transaction('reads', async (db) => ({
    value: await db.all<{ line: string }>("SELECT line FROM audit_record WHERE function = '--forget-server'"),
    keep: false,
  }));
  expect(records.map(({ line }) => JSON.parse(line) as unknown)).toMatchObject([
    {
      caller: 'root',
      result: 1,
      arguments: [
        ['name', 'web1'],
        ['accounts', 'remove'],
      ],
    },
  ]);
});

test('if another machine replaces it, only its name is released', async () => {
  expect((await forget('web1', '--accounts=keep')).status).toBe(0);
  expect(await left()).toEqual({ ...everything, server: 0 });
  const other = new Installation({ beside: web1, server: 'web1' });
  try {
    const { metadata, data } = await call(['accountsummary', 'user=bob'], {
      state: other.state,
      env: other.environment,
    });
    expect([metadata.reason, metadata.result]).toEqual([metadata.reason, 1]);
    expect(data?.acct).toHaveLength(1);
  } finally {
    other.remove();
  }
});

test('--dry-run shows it and changes nothing', async () => {
  const { status, stdout } = await forget('web1', '--accounts=remove', '--dry-run');
  expect(status).toBe(0);
  expect(stdout).toContain('accounts    2: alice, bob\n');
  expect(stdout).toContain('would be forgotten. Nothing was changed.\n');
  expect(await left()).toEqual(everything);
});

test('a server that was active a moment ago is rejected', async () => {
  await call(['version'], { state: web1.state, env: web1.environment });
  const { status, stderr } = await forget('web1', '--accounts=remove');
  expect(status).toBe(1);
  expect(stderr).toContain('was active at');
  expect(await left()).toEqual(everything);
});

test('a server whose reseller has accounts elsewhere is rejected', async () => {
  await web1.call('setupreseller', { user: 'bob' });
  await changing("UPDATE account SET owner = 'bob' WHERE username = 'carol'");
  const { status, stderr } = await forget('web1', '--accounts=remove');
  expect([status, await left()]).toEqual([1, everything]);
  expect(stderr).toContain('“bob” on “web1” has 1 account on “web2”');
});

test.each([
  [['web2'], 1, 'You cannot forget “web2” from itself'],
  [['web3'], 1, '“web1”, “web2”.'],
  [['web1', 'web2'], 2, 'the name of one server'],
  [['web1', '--accounts=lose'], 2, 'allowed choices are keep, remove'],
])('%j is rejected with the status %d', async (words, wanted, reason) => {
  const { status, stderr } = await forget(...words);
  expect([status, await left()]).toEqual([wanted, everything]);
  expect(stderr).toContain(reason);
});

test('a server with its own store cannot forget any', async () => {
  const { status, stderr } = await run(['--forget-server', 'web1'], { state: `${web2.state}-own` });
  expect([status, stderr]).toEqual([1, expect.stringContaining('has its own store')]);
});

test('--accounts alone is rejected', async () => {
  const { status, stderr } = await run(['--accounts=keep', 'version'], {
    state: web2.state,
    env: web2.environment,
  });
  expect([status, stderr]).toEqual([2, expect.stringContaining('goes with --forget-server')]);
});
