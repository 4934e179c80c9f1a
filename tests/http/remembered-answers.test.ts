// Cached responses: they equal the responses of the calls, and each call is recorded.
import { expirePasswords } from '../../src/changes/expire-passwords.ts';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { processesOf } from '../../src/machine/processes.ts';
import { codeAt } from '../../src/model/two-factor/totp.ts';
import { addAccounts, anAccount, callerNamed } from '../support/accounts.ts';
import { basic, password, TestServer, type Reply } from '../support/server.ts';
import { onSqlite } from '../support/test-database.ts';

let server: TestServer;
/** Each call that was run and not served from the cache. */
let made: string[];

beforeEach(async () => {
  server = await TestServer.start();
  const { here } = server;
  const { find } = here.application.engine;
  let lines = 0;
  made = [];
  here.overrides.find = (command) => {
    made.push(command);
    return find(command);
  };
  here.overrides.newXid = () => `xid${(lines += 1)}`;
});
afterEach(() => server.stop());

async function tokenOf(user = 'root', args: Record<string, string> = {}): Promise<string> {
  const as = await callerNamed(server.here, user);
  const given = { token_name: `test${made.length}`, ...args };
  const { data, metadata } = await server.here.call('api_token_create', given, { as });
  expect(metadata.reason).toBe('OK');
  return `whm ${user}:${data?.token as string}`;
}

const ask = (authorization: string, path: string, init: RequestInit = {}): Promise<Reply> =>
  server.ask(path, { ...init, headers: { authorization, ...init.headers } });

/** How often the function was run since. */
async function timesMade(work: () => Promise<unknown>): Promise<number> {
  const before = made.length;
  await work();
  return made.length - before;
}

const secret = 'WJ73QJSKZBXCIFPZ';
const version1 = 'api.version=1';
const listaccts = `/json-api/listaccts?${version1}&want=user`;
const usersIn = ({ text }: Reply): string[] =>
  (JSON.parse(text) as { data: { acct: { user: string }[] } }).data.acct.map(({ user }) => user);

/** A change by another process: through another connection, without this one. */
function elsewhere(sql: string): void {
  const database = new Database(join(server.here.state, 'store.db'));
  database.exec(sql);
  database.close();
}

describe('a repeated call', () => {
  test.each([
    ['a list', `listaccts?${version1}`],
    ['a page of a list', `listaccts?${version1}&api.chunk.enable=1&api.chunk.size=1&api.chunk.verbose=1`],
    ['what needs no store', `version?${version1}`],
    ['with a warning', `listpkgs?${version1}&wnat=default`],
    ['in the shape of version 0', 'listaccts?'],
    ['in a dry run', `listaccts?${version1}&api.dry_run=1`],
  ])('%s gets the same response, without being run again', async (_what, path) => {
    await addAccounts(server.here, anAccount());
    const token = await tokenOf();
    for (const api of ['json-api', 'xml-api']) {
      const first = await ask(token, `/${api}/${path}`);
      const again: Reply[] = [];
      expect(await timesMade(async () => again.push(await ask(token, `/${api}/${path}`)))).toBe(0);
      const [second] = again;
      expect([second?.status, second?.text]).toEqual([200, first.text]);
      const [before, after] = [first, second].map((reply) =>
        [...(reply?.headers ?? [])].filter(([name]) => name !== 'date'),
      );
      expect(before).not.toEqual([]);
      expect(after).toEqual(before);
    }
  });

  test('of accountsummary is remembered while its measurement is less than a minute old', async () => {
    const { here } = server;
    await here.call('createacct', { username: 'bob', domain: 'bob.example' });
    const token = await tokenOf();
    const path = `/json-api/accountsummary?${version1}&user=bob`;
    const summary = () => timesMade(() => ask(token, path));
    expect([await summary(), await summary()]).toEqual([1, 0]);
    here.time += 59_999;
    expect(await summary()).toBe(0);
    here.time += 1;
    expect([await summary(), await summary(), await summary()]).toEqual([1, 1, 0]);
    here.time -= 1;
    expect(await summary()).toBe(1);
  });

  test('of a batch with accountsummary is run again', async () => {
    await server.here.call('createacct', { username: 'bob', domain: 'bob.example' });
    const token = await tokenOf();
    const path = `/json-api/batch?${version1}&command=accountsummary%3Fuser%3Dbob`;
    const once = await timesMade(() => ask(token, path));
    expect(once).toBe(2);
    expect(await timesMade(() => ask(token, path))).toBe(once);
  });

  test('is in the audit log like every call', async () => {
    const { here } = server;
    const token = await tokenOf('root', { token_name: 'backup' });
    await ask(token, `${listaccts}&search=bob`);
    here.time += 5000;
    expect(await timesMade(() => ask(token, `${listaccts}&search=bob`))).toBe(0);
    const [one, other] = here.audit().slice(-2);
    expect(other).toEqual({
      ...one,
      xid: expect.not.stringMatching(new RegExp(`^${one?.xid}$`)) as string,
      time: '2026-03-01T12:00:15.000Z',
    });
    expect(other).toMatchObject({
      caller: 'root',
      address: '127.0.0.1',
      authentication: 'token backup',
      arguments: [
        ['api.version', '1'],
        ['want', 'user'],
        ['search', 'bob'],
      ],
      result: 1,
      duration_ms: 0,
    });
  });

  test('many times at once is in the log each time, before the response', async () => {
    const { here } = server;
    const tokens = [
      await tokenOf('root', { token_name: 'one' }),
      await tokenOf('root', { token_name: 'two' }),
    ];
    for (const token of tokens) await ask(token, listaccts);
    const before = here.audit().length;
    const asked = Array.from({ length: 40 }, async (_, at) => {
      await ask(tokens[at % 2] ?? '', listaccts);
      return here.audit().length - before;
    });
    expect(await timesMade(() => Promise.all(asked))).toBe(0);
    // However many had a response by then, each of them had its line.
    (await Promise.all(asked))
      .sort((a, b) => a - b)
      .forEach((lines, at) => expect(lines).toBeGreaterThan(at));
    const lines = here.audit().slice(before);
    expect(new Set(lines.map(({ xid }) => xid)).size).toBe(40);
    const ways = ['one', 'two'].map(
      (name) => lines.filter(({ authentication }) => authentication === `token ${name}`).length,
    );
    expect(ways).toEqual([20, 20]);
  });

  test('fails while the log cannot be written, however many clients send it', async () => {
    const log = join(server.here.state, 'audit.log');
    const token = await tokenOf();
    await ask(token, listaccts);
    chmodSync(log, 0o644);
    const replies = await Promise.all(Array.from({ length: 20 }, () => ask(token, listaccts)));
    for (const { text } of replies) {
      expect(JSON.parse(text)).toMatchObject({ metadata: { result: 0, error_code: 'store_insecure' } });
    }
    chmodSync(log, 0o600);
    expect((await ask(token, listaccts)).text).toContain('"result":1');
  });

  test('through another kind of login is recorded with that login', async () => {
    const token = await tokenOf();
    const { data } = await server.here.call('accesshash', { user: 'root', generate: '1' });
    const hash = `whm root:${(data?.accesshash as string).replaceAll('\n', '')}`;
    await ask(token, listaccts);
    expect(await timesMade(() => ask(hash, listaccts))).toBe(0);
    expect(server.here.audit().at(-1)).toMatchObject({ authentication: 'access hash' });
  });
});

describe('a change takes effect at once', () => {
  let token: string;
  beforeEach(async () => {
    await addAccounts(server.here, anAccount(), anAccount({ username: 'carol' }));
    token = await tokenOf();
    await ask(token, listaccts);
    expect(usersIn(await ask(token, listaccts))).toEqual(['bob', 'carol']);
  });

  test('by another function', async () => {
    await addAccounts(server.here, anAccount({ username: 'dave' }));
    expect(usersIn(await ask(token, listaccts))).toEqual(['bob', 'carol', 'dave']);
  });

  onSqlite('by another process', async () => {
    elsewhere(`DELETE FROM account WHERE username = 'carol'`);
    expect(usersIn(await ask(token, listaccts))).toEqual(['bob']);
  });

  test('by a batch', async () => {
    const listpkgs = `/json-api/listpkgs?${version1}`;
    await ask(token, listpkgs);
    await ask(token, `/json-api/batch?${version1}&command=addpkg%3Fname%3Dsmall&command=version`);
    expect((await ask(token, listpkgs)).text).toContain('"small"');
  });

  onSqlite('by another process while a call reads, before and after its read', async () => {
    const { store } = server.here.application.engine;
    const turn = () => new Promise((resume) => setImmediate(resume));
    const change = { before: '', behind: '' };
    server.here.overrides.store = {
      async transaction(effect, work) {
        elsewhere(change.before);
        await turn();
        const value = await store.transaction(effect, work);
        elsewhere(change.behind);
        await turn();
        return value;
      },
    };
    // A dry run reads in one transaction: it does not look for unfinished operations.
    const path = `${listaccts}&api.dry_run=1`;
    change.behind = `DELETE FROM account WHERE username = 'carol'`;
    await ask(token, path);
    change.behind = '';
    expect(usersIn(await ask(token, path))).toEqual(['bob']);
    await addAccounts(server.here, anAccount({ username: 'dave' }));
    change.before = `DELETE FROM account WHERE username = 'bob'`;
    await ask(token, path);
    change.before = '';
    expect(usersIn(await ask(token, path))).toEqual(['dave']);
  });

  onSqlite('by another process while another call has a transaction open', async () => {
    const { store } = server.here.application.engine;
    const asked = await store.transaction('reads', async (db) => {
      await db.get('SELECT 1 FROM account');
      elsewhere(`DELETE FROM account WHERE username = 'carol'`);
      const answer = ask(token, listaccts);
      await Promise.race([answer, new Promise((done) => setTimeout(done, 100))]);
      return { value: { answer }, keep: false };
    });
    expect(usersIn(await asked.answer)).toEqual(['bob']);
    expect(usersIn(await ask(token, listaccts))).toEqual(['bob']);
  });
});

describe('nobody gets the response of another caller', () => {
  beforeEach(async () => {
    const { here } = server;
    await addAccounts(here, ...['anna', 'otto'].map((username) => anAccount({ username, owner: username })));
    await addAccounts(
      here,
      anAccount({ username: 'a1', owner: 'anna' }),
      anAccount({ username: 'o1', owner: 'otto' }),
    );
    for (const user of ['anna', 'otto']) {
      await here.call('setupreseller', { user, makeowner: '0' });
      await here.call('setacls', { reseller: user, 'acl-list-accts': '1', 'acl-manage-api-tokens': '1' });
    }
  });

  test('resellers see their own accounts, root sees all accounts', async () => {
    const senders: [token: string, users: string[]][] = [
      [await tokenOf('root'), ['a1', 'anna', 'o1', 'otto']],
      [await tokenOf('anna'), ['a1', 'anna']],
      [await tokenOf('otto'), ['o1', 'otto']],
    ];
    for (const round of ['first', 'from memory', 'again']) {
      for (const [token, users] of senders) {
        expect([round, usersIn(await ask(token, listaccts))]).toEqual([round, users]);
      }
    }
  });

  test('a token of root with few privileges is not treated as root', async () => {
    const path = `/json-api/list_users?${version1}`;
    const whole = await tokenOf('root', { token_name: 'whole' });
    const few = await tokenOf('root', { token_name: 'few', acl: 'list-accts' });
    const none = await tokenOf('root', { token_name: 'none', acl: 'list-pkgs' });
    for (const round of ['first', 'from memory']) {
      expect((await ask(few, listaccts)).text).toContain('"result":1');
      const texts = [await ask(whole, path), await ask(few, path), await ask(none, listaccts)].map(
        ({ text }) => text,
      );
      expect([round, ...texts.map((text) => text.includes('"root"'))]).toEqual([round, true, false, false]);
      expect(texts[2]).toContain('"denied"');
    }
  });

  test('a token that lost privileges is rejected', async () => {
    const token = await tokenOf('root', { token_name: 'cut', acl: 'list-accts' });
    for (let time = 0; time < 2; time++) expect((await ask(token, listaccts)).text).toContain('"result":1');
    await server.here.call('api_token_update', { token_name: 'cut', acl: 'list-pkgs' });
    expect((await ask(token, listaccts)).text).toContain('"denied"');
  });

  test('warnings about how one call was sent are not repeated for others', async () => {
    const { here } = server;
    await here.call('twofactorauth_set_tfa_config', { secret, tfa_token: codeAt(secret, here.time) });
    await here.call('twofactorauth_enable_policy');
    const { data } = await here.call('twofactorauth_generate_recovery_codes');
    const token = await tokenOf();
    await ask(token, listaccts);
    const headers = { 'x-cpanel-otp': (data?.recovery_codes as string[])[0] ?? '' };
    const withCode = await ask(basic('root', password), listaccts, { headers });
    expect(withCode.text).toContain('recovery code');
    expect((await ask(token, listaccts)).text).not.toContain('recovery code');
  });
});

test('calls that differ in any character are different calls', async () => {
  await addAccounts(server.here, anAccount(), anAccount({ username: 'carol', owner: 'bob' }));
  const token = await tokenOf();
  const base = `/json-api/listaccts?${version1}`;
  const form = (body: string, type = 'application/x-www-form-urlencoded') => ({
    method: 'POST',
    body,
    headers: { 'content-type': type },
  });
  const bob = '"user":"bob"';
  const carol = '"user":"carol"';
  const cases: [path: string, init: RequestInit, has: string[], hasNot: string[]][] = [
    [`${base}&search=bob&searchtype=owner`, {}, [carol], [bob]],
    [`${base}&searchtype=user&search=bob`, {}, [bob], [carol]],
    [`${base}&searchtype=user&search=b%6fb`, {}, [bob], [carol]],
    [`${base}&searchtype=user&search=b%256fb`, {}, [], [bob, carol]],
    [`${base}&searchtype=user&search=BOB`, {}, [bob], [carol]],
    [`${base}&searchtype=user&search=BOB&searchmethod=exact`, {}, [], [bob, carol]],
    [`${base}&searchtype=user&search=bob&search=bob`, {}, ['given 2 times'], [bob]],
    [`${base}&searchtype=user&search=bob%26want=domain`, {}, [], [bob, carol]],
    [`${base}&searchtype=user&search=bob&want=domain`, {}, ['"domain":"bob.example"'], [bob]],
    [`${base}&searchtype=user`, form('search=bob'), [bob], [carol]],
    [`${base}&searchtype=user`, form('search=carol'), [carol], [bob]],
    [`${base}&searchtype=user`, form('{"search":"carol"}', 'application/json'), [carol], [bob]],
    [`${base}&searchtype=user`, form('{"search":"carol"}'), [carol], [bob]],
    [
      `${base}&api.sort.enable=1&api.sort.a.field=user&api.chunk.enable=1&api.chunk.size=1`,
      {},
      [bob],
      [carol],
    ],
    [
      `${base}&api.sort.enable=1&api.sort.a.field=user&api.sort.a.reverse=1&api.chunk.enable=1&api.chunk.size=1`,
      {},
      [carol],
      [bob],
    ],
    [`${base}&api.dry_run=1`, {}, ['"dry_run":1', bob, carol], []],
    [base.replace('listaccts', 'listpkgs'), {}, ['"starter"'], [bob]],
    [base.replace('json', 'xml'), {}, ['<user>bob</user>'], [bob]],
    [base.replace(version1, ''), {}, ['"statusmsg":"Ok"', bob], ['"metadata"']],
    [base, {}, ['"metadata"', bob, carol], ['"dry_run"', '"statusmsg"']],
  ];
  for (const round of ['first', 'from memory']) {
    for (const [path, init, has, hasNot] of cases) {
      const { text } = await ask(token, path, init);
      const found = [...has, ...hasNot].filter((part) => text.includes(part));
      expect([round, path, init.body, found]).toEqual([round, path, init.body, has]);
    }
  }
});

describe('responses that do not depend only on the store are not cached', () => {
  const functions: [what: string, path: string][] = [
    ['the load', 'loadavg'],
    ['the hostname', 'gethostname'],
    ['the hostname in an issuer', 'twofactorauth_get_issuer'],
    ['the machine’s addresses', 'getresellerips?user=root'],
    ['the machine’s users', 'verify_new_username?user=dave'],
    ['what is blocked at this time', 'get_cphulk_brutes'],
    ['chance', 'twofactorauth_generate_tfa_config'],
    ['an encrypted secret', 'twofactorauth_get_tfa_config_for_user?user=root'],
    ['what was sent as a secret', 'api_token_get_details?token=abc'],
    ['measurements', 'accountsummary?user=bob'],
    ['other calls', 'batch?command=version'],
    ['a failure', 'listaccts?want=nothing'],
    ['a change', 'twofactorauth_enable_policy'],
    ['a change in a dry run', 'twofactorauth_enable_policy?api.dry_run=1'],
    ['an unknown function', 'no_such_thing'],
  ];
  test.each(functions)('%s', async (_what, path) => {
    const { here } = server;
    await addAccounts(here, anAccount());
    await here.call('twofactorauth_set_tfa_config', { secret, tfa_token: codeAt(secret, here.time) });
    const token = await tokenOf();
    const whole = `/json-api/${path}${path.includes('?') ? '&' : '?'}${version1}`;
    const replies: Reply[] = [];
    const once = await timesMade(async () => replies.push(await ask(token, whole)));
    expect(once).toBeGreaterThan(0);
    expect(await timesMade(async () => replies.push(await ask(token, whole)))).toBe(once);
    const fails = /want=nothing|no_such_thing/.test(path);
    expect(replies.map(({ text }) => text.includes('"result":0'))).toEqual([fails, fails]);
  });

  test('because the clock advances', async () => {
    const token = await tokenOf();
    const path = `/json-api/get_cphulk_brutes?${version1}`;
    for (let number = 0; number < 6; number++) await server.logIn({ user: 'root', pass: `guess ${number}` });
    expect((await ask(token, path)).text).toContain('127.0.0.1');
    server.here.time += 24 * 60 * 60_000;
    expect((await ask(token, path)).text).not.toContain('127.0.0.1');
  });

  test('while an operation is in the journal: its process may end and leave it there', async () => {
    const { engine } = server.here;
    const token = await tokenOf();
    const another = processesOf({ pid: process.ppid, kill: () => true }).own();
    const about = { process: another, xid: 'left', caller: 'root' };
    await engine.store.transaction('changes', async (db) => {
      await engine.journal.open(db, { ...expirePasswords(['bob']), steps: [] }, about);
      return { value: undefined, keep: true };
    });
    await ask(token, listaccts);
    expect(await timesMade(() => ask(token, listaccts))).toBe(1);
    server.here.overrides.processes = { ...engine.processes, isAlive: () => false };
    expect(await timesMade(() => ask(token, listaccts))).toBe(1);
    expect(server.here.audit().at(-2)).toMatchObject({ xid: 'left', stage: 'finished later' });
    expect(await timesMade(() => ask(token, listaccts))).toBe(1);
    expect(await timesMade(() => ask(token, listaccts))).toBe(0);
  });

  test('a long response, which is still complete', async () => {
    const names = Array.from({ length: 500 }, (_, at) => `user${String(at).padStart(3, '0')}`);
    await addAccounts(server.here, ...names.map((username) => anAccount({ username })));
    const token = await tokenOf();
    const path = `/json-api/listaccts?${version1}`;
    for (let time = 0; time < 2; time++) {
      const replies: Reply[] = [];
      expect(await timesMade(async () => replies.push(await ask(token, path)))).toBe(1);
      const [reply] = replies;
      expect(reply?.text.length).toBeGreaterThan(256 * 1024);
      expect(reply && usersIn(reply)).toEqual(names);
    }
  });

  test('a very long call', async () => {
    const token = await tokenOf();
    const path = `/json-api/version?${version1}&x=${'y'.repeat(9000)}`;
    expect(await timesMade(() => ask(token, path))).toBe(1);
    expect(await timesMade(() => ask(token, path))).toBe(1);
  });
});
