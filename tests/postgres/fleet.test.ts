// Three servers that share one PostgreSQL database, as processes: shared data is the same on all, and each server’s own
// data stays its own.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import * as sessions from '../../src/capabilities/logins/rules/sessions.ts';
import type { SessionContext } from '../../src/capabilities/logins/rules/sessions.ts';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { Person } from '../remote/person.ts';
import { wrongCode } from '../support/command.ts';
import { Installation } from '../support/installation.ts';
import { makeTestDatabase, type TestDatabase } from '../support/test-database.ts';
import { until } from '../support/until.ts';
import { Member, password, startFleet } from './fleet.ts';

const top = resolve(__dirname, '../..');

let database: TestDatabase | undefined;
let url: string;
let web1: Member;
let web2: Member;
let web3: Member;
let all: Member[];
let remove: () => Promise<void>;
let token: string;

beforeAll(async () => {
  database = makeTestDatabase();
  if (database === undefined) throw new Error('Run this with `npm run test:postgres`.');
  url = database.url;
  ({ members: all, remove } = await startFleet(url, 3));
  [web1, web2, web3] = all as [Member, Member, Member];
  await Promise.all(all.map((member) => member.setPassword()));
  const { data } = await web1.cli(['api_token_create', 'token_name=tests']);
  token = data?.token as string;
});
afterAll(async () => {
  await remove();
  database?.remove();
});

async function rows(sql: string, ...values: unknown[]): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

const secret = 'WJ73QJSKZBXCIFPZ';

test('a used code is invalid on all servers, and all have the same policy', async () => {
  const enrolled = await web1.cli([
    'twofactorauth_set_tfa_config',
    `secret=${secret}`,
    `tfa_token=${codeAt(secret, Date.now())}`,
  ]);
  expect(enrolled.metadata.reason).toBe('OK');
  expect((await web2.logIn()).status).toBe(200);
  await web1.call(token, 'twofactorauth_enable_policy');
  for (const member of all) {
    expect((await member.call(token, 'twofactorauth_policy_status')).data.is_enabled).toBe(1);
    const { status, body } = await member.logIn();
    expect([status, body.error_code]).toEqual([401, 'tfa_required']);
  }
  // The next code. It is accepted one step early, and is later than that of the enrolment whenever this runs.
  const tfa_token = codeAt(secret, Date.now() + 30_000);
  expect((await web2.logIn({ tfa_token })).status).toBe(200);
  for (const member of [web3, web1, web2]) {
    const { status, body } = await member.logIn({ tfa_token });
    expect([status, body.error_code]).toEqual([401, 'tfa_invalid']);
    expect(body.message).toContain('It was used before');
  }
  await web3.call(token, 'twofactorauth_disable_policy');
  expect((await web1.logIn()).status).toBe(200);
});

test('five wrong codes, spread over the servers, lock like five on one', async () => {
  const wrong = await wrongCode(secret);
  const set = (member: Member, tfa_token: string) =>
    member.call(token, 'twofactorauth_set_tfa_config', { secret, tfa_token });
  const answers: (string | undefined)[] = [];
  for (const member of [web1, web2, web3, web1]) answers.push((await set(member, wrong)).metadata.error_code);
  expect(answers).toEqual(['tfa_invalid', 'tfa_invalid', 'tfa_invalid', 'tfa_invalid']);
  expect((await set(web2, wrong)).metadata.reason).toMatch(
    /^The security code is invalid\. After 5 wrong codes within five minutes, no code is accepted until /,
  );
  for (const member of all) {
    const { metadata } = await set(member, codeAt(secret, Date.now()));
    expect(metadata.error_code).toBe('tfa_locked');
  }
});

test('a session of one server works on the others, and when it ends, it ends on all', async () => {
  const { cookie, body } = await web1.logIn();
  const way = body.security_token as string;
  const version = (member: Member) =>
    member.ask(`${way}/json-api/version?api.version=1`, undefined, { headers: { cookie } });
  for (const member of all) expect((await version(member)).body).toMatchObject({ metadata: { result: 1 } });
  await web2.ask(`${way}/logout`, {}, { headers: { cookie } });
  for (const member of all) expect((await version(member)).body).not.toHaveProperty('metadata');
});

test('a token of one server works on the others, and is invalid at once when another revokes it', async () => {
  const made = await web2.call(token, 'api_token_create', { token_name: 'short' });
  const short = made.data.token as string;
  for (const member of all) expect((await member.call(short, 'version')).metadata.result).toBe(1);
  await web3.call(token, 'api_token_revoke', { token_name: 'short' });
  for (const member of all) expect(await member.call(short, 'version')).not.toHaveProperty('metadata');
});

test('wrong passwords are counted together, on whichever server they are tried', async () => {
  for (const [key, value] of [
    ['max_failures', '10'],
    ['username_based_protection', '1'],
    ['username_based_protection_for_root', '1'],
  ] as const) {
    expect((await web1.call(token, 'set_cphulk_config_key', { key, value })).metadata.reason).toBe('OK');
  }
  const blocked = async () =>
    (await web2.call(token, 'get_cphulk_user_brutes')).data.user_brutes as { user: string }[];
  const guess = (at: number) => (all[at % 3] ?? web1).logIn({ pass: `wrong ${at}` }, `127.0.1.${at + 1}`);
  for (let at = 0; at < 9; at++) expect((await guess(at)).status).toBe(401);
  expect(await blocked()).toEqual([]);
  expect((await guess(9)).status).toBe(401);
  expect(await blocked()).toMatchObject([{ user: 'root' }]);
  for (const member of all) expect((await member.logIn({}, '127.0.2.1')).status).toBe(401);
  await web3.call(token, 'flush_cphulk_login_history');
  for (const member of all) expect((await member.logIn({}, '127.0.2.1')).status).toBe(200);
});

describe('an account', () => {
  const users = async (member: Member) =>
    ((await member.call(token, 'listaccts')).data.acct as { user: string }[]).map(({ user }) => user);
  const passwdOf = ({ state }: Member) => {
    const path = join(state, 'root/etc/passwd');
    return existsSync(path) ? readFileSync(path, 'utf8') : '';
  };

  test('belongs to the server on which it was created', async () => {
    const made = await web1.call(token, 'createacct', { username: 'bob', domain: 'bob.example' });
    expect(made.metadata.result).toBe(1);
    expect([await users(web1), await users(web2), await users(web3)]).toEqual([['bob'], [], []]);
    expect(passwdOf(web1)).toContain('bob:');
    const elsewhere =
      'You do not have a user named “bob” on this server (“web2”): it is on “web1”; call there.';
    for (const [name, fields] of [
      ['accountsummary', { user: 'bob' }],
      ['removeacct', { username: 'bob' }],
      ['suspendacct', { user: 'bob' }],
    ] as const) {
      const { metadata } = await web2.call(token, name, fields);
      expect([name, metadata.result, metadata.reason]).toEqual([name, 0, elsewhere]);
    }
    expect((await web1.call(token, 'accountsummary', { user: 'bob' })).metadata.result).toBe(1);
  });

  test('has a name and a domain that are unique in the fleet, and another server rejects both before any change', async () => {
    for (const [username, domain] of [
      ['bob', 'other.example'],
      ['carol', 'bob.example'],
    ] as const) {
      const { metadata } = await web2.call(token, 'createacct', { username, domain });
      expect(metadata).toMatchObject({ result: 0, error_code: 'bad_param' });
      expect(metadata.reason).toContain(username === 'bob' ? '“bob”' : 'bob.example');
    }
    expect(passwdOf(web2)).not.toMatch(/bob|carol/);
    expect(await rows('SELECT * FROM operation')).toEqual([]);
  });

  test('has an ID of its own machine, and each machine has its own list of IDs that are not reused', async () => {
    for (const member of [web1, web2]) {
      const username = member === web1 ? 'dora' : 'emil';
      await member.call(token, 'createacct', { username, domain: `${username}.example`, uid: '1777' });
    }
    expect(
      await rows("SELECT server, username, uid FROM account WHERE uid = '1777' ORDER BY server"),
    ).toEqual([
      { server: 'web1', username: 'dora', uid: '1777' },
      { server: 'web2', username: 'emil', uid: '1777' },
    ]);
    await web2.call(token, 'removeacct', { username: 'emil' });
    expect(await rows('SELECT server, id FROM removed_user_id')).toEqual([{ server: 'web2', id: '1777' }]);
  });

  test('whose creation was interrupted on one server is undone by that server only', async () => {
    const script = join(top, 'tests/process/account-worker.ts');
    const given = JSON.stringify({ username: 'finn', domain: 'finn.example' });
    const worker = spawn(
      process.execPath,
      ['--import', 'tsx', script, web1.state, 'after users.create', 'createacct', given],
      {
        cwd: top,
        env: { PATH: process.env.PATH, ...web1.environment },
        stdio: ['ignore', 'ignore', 'inherit'],
      },
    );
    expect(await once(worker, 'close')).toEqual([null, 'SIGKILL']);
    const left = 'SELECT server, kind FROM operation';
    const stand = [{ server: 'web1', kind: 'create-account' }];
    expect(await rows(left)).toEqual(stand);
    expect(passwdOf(web1)).toContain('finn:');
    for (const member of [web2, web3]) {
      expect((await member.call(token, 'listaccts')).metadata.result).toBe(1);
    }
    expect(await rows(left)).toEqual(stand);
    expect(passwdOf(web1)).toContain('finn:');
    await web1.call(token, 'listaccts');
    // A read does not wait for that.
    const undone = "SELECT server, function FROM audit_record WHERE line LIKE '%undone later%'";
    await until(async () => (await rows(undone)).length > 0, 'the undo');
    expect(await rows(undone)).toEqual([{ server: 'web1', function: 'create-account' }]);
    expect(await rows(left)).toEqual([]);
    expect(passwdOf(web1)).not.toContain('finn:');
  });
});

test('the audit table has every call with its server, and each server’s own log has its own calls', async () => {
  for (const [at, member] of all.entries()) {
    await member.call(token, 'twofactorauth_set_issuer', {
      issuer: `of ${member.name}`,
      secret: `Quagmire${at}`,
    });
    await member.call(token, 'twofactorauth_get_issuer');
    await member.cli(['version']);
  }
  await web2.logIn({ pass: 'Quagmire as a password' });
  const lines = await rows('SELECT server, line FROM audit_record');
  for (const member of all) {
    const own = readFileSync(join(member.state, 'audit.log'), 'utf8').trimEnd().split('\n');
    const shared = lines
      .filter(({ server }) => server === member.name)
      .map(({ line }) => String(line).trimEnd());
    expect(shared.length).toBeGreaterThan(3);
    // A kill may leave a line in only one of them; here nothing was killed.
    expect([...shared].sort()).toEqual([...own].sort());
  }
  const everything = lines.map(({ line }) => line).join('\n');
  expect(everything).toContain('of web3');
  for (const word of ['Quagmire', secret, token, password]) expect(everything).not.toContain(word);
});

describe('a call to the whole fleet', () => {
  let person: Person;
  beforeEach(() => {
    person = new Person();
    delete person.environment.WHMAPI1_TOKEN;
    const list = (texts: readonly string[]) => texts.map((text) => `"${text}"`).join(', ');
    person.write(
      '.config/whmapi1/config',
      `[default]\nhosts = [${list(all.map(({ host }) => host))}]\n` +
        `pins = [${list(all.map(({ pin }) => pin))}]\ntoken = "${token}"\n`,
    );
  });
  afterEach(() => person.remove());
  const run = async (...words: string[]) => {
    const { status, stdout, stderr } = await person.run('--host', '@all', '--output=json', ...words);
    const answers = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { host: string; metadata: { error_code?: string }; data?: unknown });
    return { status, stderr, answers: answers.sort((one, other) => (one.host < other.host ? -1 : 1)) };
  };

  test('shows each response, and the progress', async () => {
    person.seen = ['stderr'];
    const { status, stderr, answers } = await run('twofactorauth_get_user_configs');
    expect(status).toBe(0);
    expect(stderr).toContain('3/3 servers, 0 failed');
    expect(answers.map(({ host }) => host)).toEqual(all.map(({ host }) => host).sort());
    const [{ data } = { data: undefined }] = answers;
    expect(data).toHaveProperty('root');
    for (const answer of answers) expect(answer.data).toEqual(data);
  });

  test('shows the responses of the others if one is down, and ends with status 3', async () => {
    const { host } = web2;
    await web2.end();
    try {
      person.seen = ['stderr'];
      const { status, stderr, answers } = await run('twofactorauth_get_user_configs');
      expect(status).toBe(3);
      expect(stderr).toContain('3/3 servers, 1 failed');
      const failed = answers.filter(({ metadata }) => metadata.error_code !== undefined);
      expect(failed).toMatchObject([{ host, metadata: { error_code: 'remote_unreachable' } }]);
      expect(answers.filter(({ data }) => data !== undefined)).toHaveLength(2);
    } finally {
      await web2.start();
    }
  });
});

describe('servers whose clocks differ', () => {
  const MINUTE = 60_000;
  let one: Installation;
  let other: Installation;
  beforeEach(async () => {
    one = new Installation({ server: 'web1' });
    other = new Installation({ server: 'web2', beside: one });
    await one.call('twofactorauth_set_tfa_config_for_user', { root: { primary_account: { secret } } });
    one.copyKeyTo(other);
  });
  afterEach(() => {
    other.remove();
    one.remove();
  });
  const set = async (here: Installation, time: number) =>
    (await here.call('twofactorauth_set_tfa_config', { secret, tfa_token: codeAt(secret, time) })).metadata;

  test.each([
    ['ahead', 3 * MINUTE],
    ['behind', -3 * MINUTE],
  ])('accept a code once, with the second server %s', async (_how, difference) => {
    other.time = one.time + difference;
    expect((await set(one, one.time)).result).toBe(1);
    // It is not accepted again, by any clock for which it would still be valid.
    expect((await set(one, one.time)).error_code).toBe('tfa_replayed');
    other.time = one.time;
    expect((await set(other, one.time)).error_code).toBe('tfa_replayed');
    other.time = one.time + difference;
    // A later one is accepted, by a clock for which it is valid.
    const later = Math.max(one.time, other.time) + MINUTE;
    one.time = later;
    expect((await set(one, later)).result).toBe(1);
    expect((await set(one, later)).error_code).toBe('tfa_replayed');
  });

  test('keep a code used that the server ahead accepted, also after an attempt on the one behind', async () => {
    other.time = one.time + 3 * MINUTE;
    expect((await set(other, other.time)).result).toBe(1);
    expect((await set(one, one.time)).error_code).toBe('tfa_replayed');
    expect((await set(other, other.time)).error_code).toBe('tfa_replayed');
  });

  test('have common sessions, which end neither at once nor never', async () => {
    const address = '192.0.2.7';
    // The two sessions must differ.
    other.overrides.randomBytes = async (count) => randomBytes(count);
    other.time = one.time + 3 * MINUTE;
    const within = <T>(here: Installation, work: (context: SessionContext) => Promise<T>) =>
      here.engine.store.transaction('changes', async (db) => ({
        value: await work({ ...here.engine, db }),
        keep: true,
      }));
    const opened = await within(other, (context) =>
      sessions.open(context, 'root', { service: 'whostmgrd', address, authentication: 'password' }),
    );
    const isOpen = async (here: Installation) =>
      (await within(here, (context) => sessions.find(context, { service: 'whostmgrd', ...opened }))) !==
      undefined;
    expect([await isOpen(one), await isOpen(other)]).toEqual([true, true]);
    // A use by the server behind is not a step back for the server ahead.
    await within(one, (context) => sessions.touch(context, opened.id));
    expect([await isOpen(one), await isOpen(other)]).toEqual([true, true]);
    // It ends after half an hour without use, or at most the difference of the clocks later.
    one.time += 33 * MINUTE;
    other.time += 33 * MINUTE;
    expect([await isOpen(one), await isOpen(other)]).toEqual([false, false]);
    const again = await within(other, (context) =>
      sessions.open(context, 'root', { service: 'whostmgrd', address, authentication: 'password' }),
    );
    expect(
      await within(one, (context) => sessions.find(context, { service: 'whostmgrd', ...again })),
    ).toMatchObject({
      username: 'root',
    });
    for (let minutes = 0; minutes < 12 * 60 + 3; minutes += 29) {
      expect(
        await within(one, (context) => sessions.find(context, { service: 'whostmgrd', ...again })),
      ).toBeDefined();
      await within(one, (context) => sessions.touch(context, again.id));
      one.time += 29 * MINUTE;
    }
    // If it is always used, it ends after twelve hours, by the clock of the server that opened it.
    expect(
      await within(one, (context) => sessions.find(context, { service: 'whostmgrd', ...again })),
    ).toBeUndefined();
  });

  test('lock together, and unlock by their own clocks', async () => {
    const behind = one.time;
    other.time = behind + 3 * MINUTE;
    const wrong = async (here: Installation) =>
      (await here.call('twofactorauth_set_tfa_config', { secret, tfa_token: '000000' })).metadata.error_code;
    for (const here of [one, other, one, other, other]) expect(await wrong(here)).toBe('tfa_invalid');
    expect([await wrong(one), await wrong(other)]).toEqual(['tfa_locked', 'tfa_locked']);
    // The clock ahead created the lock: it lasts five minutes there, and eight by the other clock.
    other.time = behind + 8 * MINUTE;
    one.time = behind + 8 * MINUTE - 1;
    expect([await wrong(one), await wrong(other)]).toEqual(['tfa_locked', 'tfa_invalid']);
    one.time = behind + 8 * MINUTE;
    expect((await set(one, one.time)).result).toBe(1);
  });
});
