// The web pages as the server sends them: their contents, who gets them, and their headers.
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { html, toText } from '../../src/http/page/html.ts';
import { exclusive } from '../../src/core/plan.ts';
import { UNDO } from '../../src/core/undo.ts';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { password, sessionOf, TestServer, type Reply } from '../support/server.ts';

const secret = 'WJ73QJSKZBXCIFPZ';
const asBrowser = { accept: 'text/html,application/xhtml+xml' };

let server: TestServer;
beforeEach(async () => {
  server = await TestServer.start();
});
afterEach(() => server.stop());

interface Session {
  readonly cookie: string;
  readonly path: string;
}

async function logIn(user = 'root', pass = password): Promise<Session> {
  return sessionOf(await server.logIn({ user, pass, login_only: '1' }));
}

/** A path below the session’s own path. */
function get({ cookie, path }: Session, rest: string): Promise<Reply> {
  return server.ask(path + rest, { headers: { cookie } });
}

/** Sends what the script of the API Shell sends. */
function callInShell({ cookie, path }: Session, name: string, body: object): Promise<Reply> {
  return server.ask(`${path}/api-shell/call/${name}`, {
    method: 'POST',
    headers: { cookie, 'content-type': 'application/json' },
    body: JSON.stringify({ 'api.version': 1, ...body }),
  });
}

async function addReseller(): Promise<Session> {
  const { here } = server;
  const pass = 'another four Words, Quagmire';
  await here.call('createacct', { username: 'bob', domain: 'bob.example', password: pass });
  await here.call('setupreseller', { user: 'bob' });
  await here.call('setacls', { reseller: 'bob', 'acl-list-accts': 1 });
  return logIn('bob', pass);
}

const pages = ['/', '/two-factor', '/api-shell'];
const data = ['/overview.json', '/functions.json', '/functions/version.json', '/settings.json'];

describe('the security headers', () => {
  const policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

  test('are in every response', async () => {
    const session = await logIn();
    const replies = [
      await server.ask('/'),
      await server.ask('/login', { method: 'POST', headers: asBrowser, body: new URLSearchParams() }),
      await server.ask('/nothing/here'),
      ...(await Promise.all([...pages, ...data].map((path) => get(session, path)))),
    ];
    for (const { headers } of replies) {
      expect(headers.get('content-security-policy')?.startsWith(policy)).toBe(true);
      expect(headers.get('x-frame-options')).toBe('DENY');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('cache-control')).toContain('no-store');
    }
  });

  test('no page contains a script or a style of its own', async () => {
    const session = await logIn();
    const texts = [await server.ask('/'), ...(await Promise.all(pages.map((path) => get(session, path))))];
    for (const { text } of texts) {
      expect(text).not.toMatch(
        /<script(?![^>]* src="\/assets\/)|<style|\sstyle=|\son\w+=|javascript:|https?:/i,
      );
    }
  });
});

describe('the files of the pages', () => {
  test('are cached by browsers, under names that depend on their contents', async () => {
    const { text } = await server.ask('/');
    const paths = [...new Set(text.match(/\/assets\/[\w.-]+/g))];
    expect(paths.map((path) => path.replace(/-[0-9a-f]{12}\./, '.')).sort()).toEqual([
      '/assets/icon.svg',
      '/assets/page.css',
      '/assets/page.js',
    ]);
    for (const path of paths) {
      const { status, headers } = await server.ask(path);
      expect([status, headers.get('cache-control')]).toEqual([200, 'public, max-age=31536000, immutable']);
    }
    expect((await server.ask('/assets/page.js')).status).toBe(404);
    expect((await server.ask('/assets/..%2f..%2fpackage.json')).status).toBe(404);
  });
});

describe('the log-in page', () => {
  const post = (fields: Record<string, string>) => server.logIn(fields, asBrowser);

  test('is at the top, and does not mention codes to clients that search for them', async () => {
    for (const path of ['/', '/login']) {
      const { status, headers, text } = await server.ask(path, { headers: asBrowser });
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(text).toContain('id="login_form"');
      expect(text).not.toContain('tfa_login_form');
    }
  });

  test('names the product and the hostname, escaped, and can show the password', async () => {
    server.here.hostname = 'a<b>.example';
    const { text } = await server.ask('/');
    expect(text).toContain('whmapi1');
    expect(text).toContain('Log in to a&lt;b&gt;.example');
    expect(text).toMatch(/<button type="button" data-show aria-pressed="false"/);
  });

  test('works without its script: a wrong password', async () => {
    const user = '"><script>alert(1)</script>';
    const { status, text } = await post({ user, pass: 'secret-but-wrong' });
    expect(status).toBe(401);
    expect(text).toContain('The login is invalid.');
    expect(text).toContain('value="&quot;&gt;&lt;script&gt;alert(1)&lt;/script&gt;"');
    expect(text).not.toContain('<script>');
    expect(text).not.toContain('secret-but-wrong');
  });

  test('works without its script: password, then code', async () => {
    const { here } = server;
    await here.call('twofactorauth_enable_policy');
    await here.call('twofactorauth_set_tfa_config', { secret, tfa_token: codeAt(secret, here.time) });
    here.time += 60_000;
    const asked = await post({ user: 'root', pass: password });
    expect(asked.status).toBe(401);
    expect(asked.text).toContain('<form id="tfa_login_form" class="tfa_login_form"');
    expect(asked.text).toContain('value="root"');
    expect(asked.text).not.toContain(password);
    const wrong = await post({ user: 'root', pass: password, tfa_token: '000000' });
    expect(wrong.text).toContain('The security code is invalid.');
    expect(wrong.text).toContain('tfa_login_form');
    const tfa_token = codeAt(secret, here.time);
    const right = await post({ user: 'root', pass: password, tfa_token });
    expect(right.status).toBe(200);
    const { path } = sessionOf(right);
    expect(right.headers.get('refresh')).toBe(`0; url=${path}/`);
    expect(right.text).toContain(`href="${path}/"`);
  });

  test('without its script, shows how many recovery codes are left before it continues', async () => {
    const { here } = server;
    await here.call('twofactorauth_enable_policy');
    await here.call('twofactorauth_set_tfa_config', { secret, tfa_token: codeAt(secret, here.time) });
    const made = await here.call('twofactorauth_generate_recovery_codes');
    const [tfa_token = ''] = made.data?.recovery_codes as string[];
    const { status, headers, text } = await post({ user: 'root', pass: password, tfa_token });
    expect([status, headers.get('refresh')]).toEqual([200, null]);
    expect(text).toContain('9 are left');
  });
});

describe('without a session', () => {
  async function expectNothing({ cookie, path }: Session): Promise<void> {
    for (const page of pages) {
      const { status, headers, text } = await server.ask(path + page, { headers: { cookie } });
      expect([status, headers.get('location'), text]).toEqual([303, '/', '']);
    }
    for (const one of data) {
      const { status, text } = await server.ask(path + one, { headers: { cookie } });
      expect([status, JSON.parse(text)]).toEqual([403, { error: 'There is no session, or it has ended.' }]);
    }
    expect((await callInShell({ cookie, path }, 'version', {})).status).toBe(403);
  }

  test('pages redirect to the log-in page, and data is not returned', async () => {
    const { cookie, path } = await logIn();
    const other = await logIn();
    await expectNothing({ cookie: '', path });
    await expectNothing({ cookie, path: '/cpsess0000000000' });
    await expectNothing({ cookie, path: other.path });
  });

  test('a token or a password opens no page', async () => {
    const { path } = await logIn();
    const page = await server.asRoot(`${path}/two-factor`);
    expect([page.status, page.headers.get('location')]).toEqual([303, '/']);
    expect((await server.asRoot(`${path}/functions.json`)).status).toBe(403);
  });

  test('the same after a logout', async () => {
    const session = await logIn();
    expect((await get(session, '/')).status).toBe(200);
    const { status, headers } = await server.ask(`${session.path}/logout`, {
      method: 'POST',
      headers: { ...asBrowser, cookie: session.cookie },
    });
    expect([status, headers.get('location')]).toEqual([303, '/']);
    await expectNothing(session);
  });

  test.each(['/cpsess1/', '/cpsess12345678901/', '/elsewhere/', '/elsewhere/two-factor', '/elsewhere'])(
    '%s is not a page',
    async (path) => {
      expect((await server.ask(path)).status).toBe(404);
    },
  );

  test('a path without its final slash is redirected to the path with it', async () => {
    const { status, headers } = await server.ask('/cpsess0123456789');
    expect([status, headers.get('location')]).toEqual([303, '/cpsess0123456789/']);
  });
});

describe('an unknown page', () => {
  test('is a page for browsers, with the navigation for logged-in users', async () => {
    const { cookie, path } = await logIn();
    const inside = await server.ask(`${path}/nothing`, { headers: { ...asBrowser, cookie } });
    expect([inside.status, inside.headers.get('content-type')]).toEqual([404, 'text/html; charset=utf-8']);
    expect(inside.text).toContain('Page not found');
    expect(inside.text).toContain(`href="${path}/api-shell"`);
    for (const headers of [asBrowser, { ...asBrowser, cookie }]) {
      const outside = await server.ask('/nothing', { headers });
      expect([outside.status, outside.headers.get('content-type')]).toEqual([
        404,
        'text/html; charset=utf-8',
      ]);
      expect(outside.text).toContain('href="/"');
      expect(outside.text).not.toContain('cpsess');
      expect(outside.headers.get('content-security-policy')).toContain("default-src 'none'");
    }
    const forged = await server.ask(`${path}/nothing`, { headers: asBrowser });
    expect(forged.text).not.toContain(path);
  });

  test('is an API error for other clients, and below the API for everybody', async () => {
    const { status, text } = await server.ask('/nothing');
    expect([status, JSON.parse(text)]).toEqual([404, { error: 'There is nothing at this address.' }]);
    const api = await server.ask('/json-api', { headers: asBrowser });
    expect([api.status, api.headers.get('content-type')]).toEqual([404, 'application/json; charset="utf-8"']);
  });
});

describe('the overview', () => {
  interface Overview {
    readonly disks: { purposes: string[]; path: string; size: number; available: number }[];
    readonly failedLogins: { total: number; latest: { user: string; ip: string }[] };
  }
  const overview = async (session: Session) =>
    JSON.parse((await get(session, '/overview.json')).text) as Overview;

  test('returns the state of the server to root', async () => {
    const { here } = server;
    for (const user of ['anna', 'carla']) {
      await here.call('createacct', { username: user, domain: `${user}.example` });
    }
    await here.call('suspendacct', { user: 'anna' });
    await here.call('setupreseller', { user: 'carla' });
    await server.logIn({ user: 'root', pass: 'wrong' });
    const shown = await overview(await logIn());
    expect(shown).toMatchObject({
      version: here.engine.version,
      accounts: { total: 2, suspended: 1 },
      resellers: 1,
      twoFactor: { isSetUp: false, isPolicyOn: false, recoveryCodes: 0 },
      load: { one: 0.5, five: 0.12, fifteen: 12.35 },
      unfinished: [],
    });
    expect(shown.failedLogins).toMatchObject({ total: 1, latest: [{ user: 'root', ip: '127.0.0.1' }] });
    const [disk] = shown.disks;
    expect(disk?.purposes).toEqual(['state directory', 'home directories']);
    expect(disk?.path).toBe(here.state);
    expect(disk?.available).toBeLessThan(disk?.size ?? 0);
  });

  test('shows unfinished operations, and what becomes of them', async () => {
    const { here } = server;
    const session = await logIn();
    await here.engine.store.transaction('changes', async (db) => {
      const plan = (lock: string) => ({
        change: 'create-account',
        input: {},
        steps: [],
        locks: [exclusive(lock)],
      });
      const about = { xid: 'x', caller: 'root' };
      const own = here.engine.processes.own();
      await here.engine.journal.open(db, plan('account a'), { ...about, process: own });
      await here.engine.journal.open(db, plan('account b'), { ...about, process: '' });
      await here.engine.journal.open(db, plan('account c'), { ...about, process: UNDO });
      return { value: undefined, keep: true };
    });
    expect(await overview(session)).toMatchObject({
      unfinished: [
        { kind: 'create-account', caller: 'root', state: 'running' },
        { kind: 'create-account', caller: 'root', state: 'interrupted' },
        { kind: 'create-account', caller: 'root', state: 'left to a task' },
      ],
    });
  });

  test('returns only a reseller’s own accounts, and nothing about the server that the reseller cannot call', async () => {
    const { here } = server;
    await here.call('createacct', { username: 'anna', domain: 'anna.example' });
    const bob = await addReseller();
    await here.call('modifyacct', { user: 'anna', owner: 'bob' });
    await here.call('createacct', { username: 'carla', domain: 'carla.example' });
    const shown = await overview(bob);
    expect(shown).toMatchObject({ accounts: { total: 1, suspended: 0 } });
    expect(Object.keys(shown).sort()).toEqual(['accounts', 'load', 'version']);
  });
});

describe('the tools', () => {
  test('show the user and the host, escaped', async () => {
    server.here.hostname = `<img src=x>&"'.example`;
    const session = await logIn();
    for (const page of pages) {
      const { status, headers, text } = await get(session, page);
      expect([status, headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
      expect(text.replace(/\s+/g, ' ')).toContain(`data-user="root" data-base="${session.path}"`);
      expect(text).toContain('&lt;img src=x&gt;&amp;&quot;&#39;.example');
      expect(text).not.toContain('<img src=x>');
    }
  });

  test('offer what the user can do', async () => {
    const [root, bob] = [await logIn(), await addReseller()];
    expect((await get(root, '/two-factor')).text).toContain('id="policy-switch"');
    const without = (await get(bob, '/two-factor')).text;
    expect(without).toContain('create-acct');
    expect(without).not.toContain('id="policy"');
    await server.here.call('setacls', { reseller: 'bob', 'acl-create-acct': 1 });
    const within = (await get(bob, '/two-factor')).text;
    expect(within).toContain('id="own"');
    expect(within).not.toContain('id="policy-switch"');
  });

  test('the page of a user without the privilege for a function does not mention it', async () => {
    const [root, bob] = [await logIn(), await addReseller()];
    const names = async (session: Session) =>
      (JSON.parse((await get(session, '/functions.json')).text) as { name: string }[]).map(
        ({ name }) => name,
      );
    expect(await names(root)).toEqual(Object.keys(await server.here.engine.functions()));
    expect(await names(bob)).toContain('listaccts');
    expect(await names(bob)).not.toContain('createacct');
    expect((await get(bob, '/functions/listaccts.json')).status).toBe(200);
    expect((await get(bob, '/functions/createacct.json')).status).toBe(404);
    expect((await get(root, '/functions/nothing.json')).status).toBe(404);
    expect((await get(root, '/functions/__proto__.json')).status).toBe(404);
  });

  test('the tweak settings are only for those who can set them', async () => {
    const [root, bob] = [await logIn(), await addReseller()];
    const settings = JSON.parse((await get(root, '/settings.json')).text) as unknown[];
    expect(settings).toContainEqual({
      key: 'NS',
      module: 'Basic',
      meaning: 'The first nameserver of new zones.',
      acts: true,
    });
    expect(JSON.parse((await get(bob, '/settings.json')).text)).toEqual([]);
  });

  test('count functions like the README', async () => {
    const session = await logIn();
    const { text } = await get(session, '/api-shell');
    const readme = readFileSync(resolve(__dirname, '../../README.md'), 'utf8').replace(/\s+/g, ' ');
    const [sentence = ''] =
      /\d+ of the \d+ documented functions work, .*? \d+ functions in all\./.exec(readme) ?? [];
    expect(sentence).not.toBe('');
    expect(text.replace(/\s+/g, ' ')).toContain(sentence);
    const listed = JSON.parse((await get(session, '/functions.json')).text) as unknown[];
    expect(sentence).toContain(`: ${listed.length} functions in all.`);
  });

  test('name what a function that removes something deletes', async () => {
    const session = await logIn();
    const lost = async (name: string) =>
      JSON.parse((await get(session, `/functions/${name}.json`)).text) as object;
    expect(await lost('removeacct')).toHaveProperty(
      'destructive',
      expect.stringContaining('cannot be undone'),
    );
    expect(await lost('createacct')).not.toHaveProperty('destructive');
  });

  test('describe every function', async () => {
    const session = await logIn();
    for (const name of Object.keys(await server.here.engine.functions())) {
      const { status, text } = await get(session, `/functions/${name}.json`);
      const fn = await server.here.engine.find(name);
      expect([status, JSON.parse(text)]).toMatchObject([
        200,
        { name, summary: fn?.summary, effect: fn?.effect, params: expect.any(Array) as unknown[] },
      ]);
    }
    const { text } = await get(session, '/functions/twofactorauth_set_tfa_config.json');
    expect(JSON.parse(text)).toMatchObject({
      params: [
        { name: 'secret', isRequired: true, isSecret: true, isList: false },
        { name: 'tfa_token', traits: 'the six digits that the app shows' },
      ],
      returns: [{ path: 'success', type: '1 or 0' }],
      examples: [{ command: expect.stringMatching(/^whmapi1 twofactorauth_set_tfa_config /) as string }],
    });
  });
});

describe('a call of the API Shell', () => {
  test('gets the response in every format with one call', async () => {
    const session = await logIn();
    const { status, text } = await callInShell(session, 'twofactorauth_get_user_configs', { user: 'root' });
    expect(status).toBe(200);
    const answer = JSON.parse(text) as { texts: Record<string, { text: string }> };
    expect(answer).toMatchObject({ result: 1, reason: 'OK', isDryRun: false });
    expect(answer.texts.yaml?.text).toContain('    is_enabled: 0\n');
    expect(answer.texts.json?.text).toContain('"is_enabled": 0');
    expect(answer.texts.xml?.text).toContain('<is_enabled>0</is_enabled>');
    const calls = server.here.audit().filter((line) => line.function === 'twofactorauth_get_user_configs');
    expect(calls).toMatchObject([{ caller: 'root', authentication: 'session', address: '127.0.0.1' }]);
  });

  test('saves nothing in a dry run', async () => {
    const session = await logIn();
    const { text } = await callInShell(session, 'twofactorauth_enable_policy', { 'api.dry_run': 1 });
    expect(JSON.parse(text)).toMatchObject({ result: 1, isDryRun: true });
    const { data: status } = await server.here.call('twofactorauth_policy_status');
    expect(status).toEqual({ is_enabled: 0 });
  });

  test('that is a dry run for several accounts shows what each would lose', async () => {
    const session = await logIn();
    await addReseller();
    for (const user of ['anna', 'carla']) {
      await server.here.call('createacct', { username: user, domain: `${user}.example`, owner: 'bob' });
    }
    server.here.isDryRunOfCalls = true;
    const { text } = await callInShell(session, 'terminatereseller', {
      user: 'bob',
      terminatereseller: 0,
      'api.dry_run': 1,
    });
    const { messages } = JSON.parse(text) as { messages: string[] };
    expect(messages.filter((line) => !/^[-+@]/.test(line))).toEqual(
      ['anna', 'carla'].flatMap((user) => [
        `Let nobody use FTP for the account “${user}”.`,
        `Remove logins of “${user}” from Dovecot.`,
        `End sessions of mail: ${user}, *@${user}.example.`,
        `Change Exim’s files of “${user}”.`,
        `Remove the virtual hosts of “${user}” in the configuration of Apache.`,
        expect.stringContaining(`/etc/ssl/whmapi1/sites/${user}.example-`) as string,
        `Remove the DNS zone “${user}.example”, if it exists.`,
        `Remove the pools of “${user}” from PHP-FPM, if there are any.`,
        `Remove the mail of “${user}” that waits to be delivered.`,
        `Remove the folder of logs “/var/log/whmapi1-domlogs/${user}”.`,
        `Remove the PostgreSQL databases and users of “${user}”.`,
        `Remove the MariaDB databases and users of “${user}”.`,
        expect.stringContaining(`/home/${user}`) as string,
      ]),
    );
  });

  test('that fails shows the reason', async () => {
    const bob = await addReseller();
    const { status, text } = await callInShell(bob, 'createacct', {});
    expect([status, JSON.parse(text)]).toMatchObject([
      200,
      { result: 0, reason: expect.stringContaining('You may not call') as string },
    ]);
  });

  test('shows its list as a table', async () => {
    const session = await logIn();
    await server.here.call('addpkg', { name: 'gold', quota: 500 });
    const { text } = await callInShell(session, 'listpkgs', {});
    const { table } = JSON.parse(text) as {
      table: { columns: string[]; rows: (string | number | null)[][]; total: number };
    };
    expect(table.total).toBe(table.rows.length);
    const [name, quota] = ['name', 'QUOTA'].map((column) => table.columns.indexOf(column));
    const gold = table.rows.find((row) => row[name ?? -1] === 'gold');
    expect(String(gold?.[quota ?? -1])).toBe('500');
    const { text: other } = await callInShell(session, 'version', {});
    expect(JSON.parse(other)).not.toHaveProperty('table');
  });

  test('that fails names the wrong fields', async () => {
    const session = await logIn();
    const faultsOf = async (name: string, args: object) => {
      const { text } = await callInShell(session, name, args);
      const { faults } = JSON.parse(text) as { faults: { param: string; problem: string }[] };
      return faults.map(({ param }) => param);
    };
    expect(await faultsOf('createacct', { username: '9', quota: 'much' })).toEqual(
      expect.arrayContaining(['username', 'quota']),
    );
    // By a value that the reason quotes, even if it is a secret.
    expect(await faultsOf('suspendacct', { user: 'nobody1' })).toEqual(['user']);
    expect(await faultsOf('passwd', { user: 'root', password: 'abc' })).toEqual(['password']);
    expect(await faultsOf('version', {})).toEqual([]);
  });

  test('with a long response shows its beginning', async () => {
    const session = await logIn();
    const commands = Array.from({ length: 1000 }, () => 'applist');
    const { text } = await callInShell(session, 'batch', { command: commands });
    const { texts } = JSON.parse(text) as { texts: Record<string, { text: string; isCut: boolean }> };
    for (const one of Object.values(texts)) {
      expect([one.isCut, one.text.length]).toEqual([true, 512 * 1024]);
    }
  });
});

describe('HTML', () => {
  test('escapes inserted values, once', () => {
    const inner = html`<b title="${'"'}">${'<&>'}</b>`;
    const list = [html`<i>1</i>`, 'a & b', 2, undefined, false] as const;
    expect(toText(html`<p>${inner}${list}</p>`)).toBe(
      '<p><b title="&quot;">&lt;&amp;&gt;</b><i>1</i>a &amp; b2</p>',
    );
  });

  test('is never created from text by the script of the pages', () => {
    const folder = resolve(__dirname, '../../src/http/page/browser');
    const texts = readdirSync(folder)
      .filter((name) => name.endsWith('.ts'))
      .map((name) => readFileSync(join(folder, name), 'utf8'));
    expect(texts.length).toBeGreaterThan(10);
    for (const text of texts) {
      expect(text).not.toMatch(
        /\b(?:innerHTML|outerHTML|insertAdjacentHTML|setHTMLUnsafe|createContextualFragment|DOMParser|eval)\b|document\.write/,
      );
    }
  });
});
