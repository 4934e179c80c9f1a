// Virtual hosts on a real Apache, as visitors see them.
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { chownSync, existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';
import type { LockingWork } from '../../src/ground/driver/each-account.ts';
import { waitingFolder } from '../../src/capabilities/php/driver/php-pools/waiting.ts';
import { Apache } from '../../src/capabilities/web/driver/virtual-hosts/apache/apache.ts';
import {
  nextGeneration,
  writtenGeneration,
} from '../../src/capabilities/web/driver/virtual-hosts/apache/control.ts';
import { DIRECTORIES } from '../../src/capabilities/web/driver/virtual-hosts/apache/places.ts';
import {
  DEFAULT_CERTIFICATE,
  DEFAULT_KEY,
} from '../../src/capabilities/web/driver/virtual-hosts/default-certificate.ts';
import type { AccountWeb, ServedBefore } from '../../src/capabilities/web/driver/virtual-hosts/contract.ts';
import { endPause, pause } from '../../src/capabilities/web/driver/virtual-hosts/pauses.ts';
import removeLogs from '../../src/capabilities/web/driver/virtual-hosts/steps/remove-logs.ts';
import { reloadsOf } from '../../src/ground/driver/reloads.ts';
import { builtScript } from '../support/built-script.ts';
import { PrivateApache } from '../support/private-apache.ts';
import { describeWith } from '../support/require-tool.ts';
import { until } from '../support/until.ts';

const worker = builtScript('tests/slow/generation-worker.ts');

const webOf = (username: string, more: Partial<AccountWeb> = {}): AccountWeb => ({
  username,
  home: `/home/${username}`,
  addresses: { ipv4: null, ipv6: null },
  isSuspended: false,
  isOverLimit: false,
  hasCgi: true,
  hosts: [
    {
      servername: `${username}.example`,
      aliases: [`www.${username}.example`, `mail.${username}.example`],
      documentRoot: `/home/${username}/public_html`,
    },
  ],
  ...more,
});

describeWith(['apache2', 'openssl'], 'virtual hosts on Apache', () => {
  let apache: PrivateApache;
  beforeEach(async () => {
    apache = await PrivateApache.start();
  });
  afterEach(() => apache.close());

  const change = async (username: string, web: AccountWeb | null, before: ServedBefore = {}) => {
    const step = apache.apache.change(username, web, before);
    const memento = await step.prepare(apache.machine);
    await step.apply(apache.machine, memento);
    return { step, memento };
  };
  const put = (username: string, name: string, text: string) => {
    apache.write(`/home/${username}/public_html/${name}`, text);
  };
  const answer = async (host: string, path: string) => {
    const { status, body } = await apache.get(host, path);
    return `${status} ${body.trim()}`;
  };
  const accountFile = (username: string) => `/etc/apache2/whmapi1/accounts/${username}.conf`;

  it('are served as soon as a change returns, and gone as soon as a removal returns', async () => {
    put('bob', 'index.html', 'of bob');
    await change('bob', webOf('bob'));
    for (const name of ['bob.example', 'www.bob.example', 'mail.bob.example'])
      expect(await answer(name, '/')).toBe('200 of bob');
    await change('bob', null);
    expect(await answer('bob.example', '/')).toBe(
      '404 There is no website at this address yet. A new website appears within a minute.',
    );
    expect(existsSync(apache.path(accountFile('bob')))).toBe(false);
  });

  it('are said to be refused, with the file, only if somebody has broken the configuration since it was read', async () => {
    await change('bob', webOf('bob'));
    const test = jest.spyOn(apache.server, 'test');
    expect(await apache.apache.refusal(apache.machine)).toBeUndefined();
    expect(test).not.toHaveBeenCalled();
    apache.write('/etc/apache2/whmapi1/custom/bob/extra.conf', 'Nonsense on\n');
    const refusal = await apache.apache.refusal(apache.machine);
    expect(refusal).toMatch(/^Apache rejects its configuration: .*Nonsense/);
    expect(refusal).toMatch(
      /This program did not write “\S+custom\/bob\/extra\.conf”, for the account “bob”/,
    );
    apache.write('/etc/apache2/whmapi1/custom/bob/extra.conf', '# nothing\n');
    expect(await apache.apache.refusal(apache.machine)).toBeUndefined();
    apache.write('/etc/apache2/sites-enabled/mine.conf', '# nothing\n');
    apache.write('/etc/apache2/apache2.conf', `${apache.text('/etc/apache2/apache2.conf')}Wrong\n`);
    expect(await apache.apache.refusal(apache.machine)).toContain('apache2.conf');
  });

  it('are set aside if Apache would not start with them, and all others are served again', async () => {
    for (const name of ['bob', 'carl', 'dora']) {
      put(name, 'index.html', `of ${name}`);
      await change(name, webOf(name));
    }
    expect(await apache.apache.setAside(apache.machine)).toEqual([]);
    apache.write(accountFile('bob'), 'SuexecUserGroup nobodyofthatname nobodyofthatname\n');
    apache.write('/etc/apache2/whmapi1/custom/carl/extra.conf', 'Nonsense on\n');
    const refused = apache.apache.restart(apache.machine);
    await expect(refused).rejects.toThrow('Apache rejects its configuration:');
    const told = await apache.apache.setAside(apache.machine);
    expect(told.map((one) => /accounts\/(\w+)\.conf” was set aside/.exec(one)?.[1]).sort()).toEqual([
      'bob',
      'carl',
    ]);
    expect(told.join(' ')).toMatch(/Nonsense.* then run: whmapi1 --rebuild carl/);
    await apache.apache.restart(apache.machine);
    expect(await answer('dora.example', '/')).toBe('200 of dora');
    expect(await answer('bob.example', '/')).toMatch(/^404 /);
    expect([...(await apache.apache.usernames(apache.machine))]).toEqual(['dora']);
    // It comes back with the step that --rebuild plans.
    await change('bob', webOf('bob'));
    expect(await answer('bob.example', '/')).toBe('200 of bob');
    // Somebody else’s file is not touched.
    apache.write('/etc/apache2/sites-enabled/mine.conf', 'Nonsense on\n');
    apache.write('/etc/apache2/apache2.conf', `${apache.text('/etc/apache2/apache2.conf')}Wrong\n`);
    await expect(apache.apache.setAside(apache.machine)).rejects.toThrow('apache2.conf');
    expect(await answer('dora.example', '/')).toBe('200 of dora');
  });

  it.each(['reload', 'restart'] as const)(
    'that a process wrote before it ended are served after a %s',
    async (read) => {
      const interrupted = new Apache({ ...apache.server, isServed: () => Promise.resolve(false) });
      put('bob', 'index.html', 'of bob');
      const step = interrupted.change('bob', webOf('bob'));
      await step.apply(apache.machine, await step.prepare(apache.machine));
      await change('bob', webOf('bob'));
      expect(await answer('bob.example', '/')).toMatch(/^404 /);
      await apache.apache[read](apache.machine);
      expect(await answer('bob.example', '/')).toBe('200 of bob');
    },
  );

  it('get a generation of their own from each of several processes', async () => {
    const print = promisify(execFile);
    const words = [worker.path, apache.folder, '200'];
    const printed = await Promise.all([1, 2, 3].map(() => print(process.execPath, words)));
    for (const { stdout } of printed) expect(Number(stdout)).toBeGreaterThan(1_700_000_000_000);
    // Whoever comes last gets a higher one than all.
    const port = { files: await apache.machine.files(DIRECTORIES) } as never;
    const last = await nextGeneration(port);
    expect(last).toBeGreaterThan(Math.max(...printed.map(({ stdout }) => Number(stdout))));
    expect(await writtenGeneration(port)).toBe(last);
  });

  it('are undone without a trace', async () => {
    put('bob', 'index.html', 'of bob');
    const { step, memento } = await change('bob', webOf('bob'));
    await step.undo(apache.machine, memento);
    expect(await answer('bob.example', '/')).toMatch(/^404 /);
    expect(existsSync(apache.path(accountFile('bob')))).toBe(false);
  });

  it('are served again if their removal is undone once their logs are gone', async () => {
    put('bob', 'index.html', 'of bob');
    await change('bob', webOf('bob'));
    const removal = await change('bob', null);
    // The step uses no other part of a machine.
    const machine = apache.machine as never;
    const logs = { input: { username: 'bob' } } as never;
    await removeLogs.apply(machine, logs);
    await removeLogs.undo?.(machine, logs);
    await removal.step.undo(apache.machine, removal.memento);
    expect(await answer('bob.example', '/')).toBe('200 of bob');
    await change('alice', webOf('alice'));
  });

  it('of several accounts share one reload, and are undone together', async () => {
    const names = ['alice', 'bob', 'carol'];
    for (const username of names) put(username, 'index.html', `of ${username}`);
    const reloads = () => reloadsOf(apache.machine).count('apache configuration');
    const step = apache.apache.changeSeveral(names.map((username) => ({ username, after: webOf(username) })));
    const memento = await step.prepare(apache.machine);
    await step.apply(apache.machine, memento);
    expect(reloads()).toBe(1);
    for (const username of names) expect(await answer(`${username}.example`, '/')).toBe(`200 of ${username}`);
    await step.undo(apache.machine, memento);
    expect(reloads()).toBe(2);
    for (const username of names) expect(await answer(`${username}.example`, '/')).toMatch(/^404 /);
  });

  it('redirect service subdomains to the services, before anything of the account, except challenges', async () => {
    put('bob', 'index.html', 'of bob');
    put('bob', '.htaccess', 'RewriteEngine On\nRewriteRule ^ /index.html [L]\nRequire all denied\n');
    apache.write('/var/lib/whmapi1-acme/token', 'proof');
    const bob = webOf('bob').hosts.map((host) => ({
      ...host,
      aliases: [...host.aliases, 'cpanel.alias.example'],
      services: [
        { name: 'cpanel.bob.example', port: 2083 },
        { name: 'whm.bob.example', port: 2087 },
      ],
    }));
    const own = {
      ...{ servername: 'whm.alice.example', aliases: [] },
      documentRoot: '/home/alice/public_html',
    };
    put('alice', 'index.html', 'of alice');
    await change('alice', webOf('alice', { hosts: [own] }));
    const locationOf = async (host: string, path: string) => {
      const { status, headers } = await apache.get(host, path);
      return `${status} ${String(headers.location)}`;
    };
    for (const state of [{}, { isSuspended: true }, { isOverLimit: true }]) {
      await change('bob', webOf('bob', { hosts: bob, ...state }));
      expect(await locationOf('cpanel.bob.example', '/')).toBe('302 https://cpanel.bob.example:2083/');
      expect(await locationOf('CPANEL.bob.example.:80', '/a%20b/%22?c=d%0d')).toBe(
        '302 https://cpanel.bob.example:2083/a%20b/%22?c=d%0d',
      );
      expect(await locationOf('whm.bob.example', '//evil.example/')).toBe(
        '302 https://whm.bob.example:2087/evil.example/',
      );
      expect(await answer('cpanel.bob.example', '/.well-known/acme-challenge/token')).toBe('200 proof');
      expect(await locationOf('whm.alice.example', '/')).toBe('200 undefined');
      for (const name of [
        'bob.example',
        'cpanel.alias.example',
        'webmail.bob.example',
        'xcpanel.bob.example',
      ])
        expect(await locationOf(name, '/')).toMatch(/^\d+ undefined$/);
    }
    const { status, headers } = await apache.get('cpanel.bob.example', '/%0d%0aSet-Cookie:%20a=b');
    expect([status, headers['set-cookie']]).toEqual([expect.any(Number), undefined]);
  });

  it('serve a mail policy at its name, in each state of the account, whatever is in the document root', async () => {
    const path = '/.well-known/mta-sts.txt';
    const text = 'version: STSv1\nmode: enforce\nmx: mail.bob.example\nmax_age: 604800\n';
    const hosts = webOf('bob').hosts.map((host) => ({
      ...host,
      services: [
        { name: 'cpanel.bob.example', port: 2083 },
        { name: 'mta-sts.bob.example', policy: { path, text } },
      ],
    }));
    put('bob', 'index.html', 'of bob');
    put('bob', '.well-known/mta-sts.txt', 'own file');
    put('bob', '.htaccess', 'RewriteEngine On\nRewriteRule ^ /index.html [END]\n');
    apache.write('/var/lib/whmapi1-acme/token', 'proof');
    // Another account has no way to the name or the file.
    const names = ['mta-sts.alice.example', 'mta-sts.bob.example.alice.example'];
    put('alice', 'index.html', 'of alice');
    const ofAlice = webOf('alice').hosts.map((host) => ({ ...host, aliases: names }));
    await change('alice', webOf('alice', { hosts: ofAlice }));
    const get = async (name: string, at: string, method = 'GET') => {
      const { status, body, headers } = await apache.get(name, at, method);
      expect(headers.location).toBeUndefined();
      return [status, body, headers['content-type']];
    };
    for (const state of [{}, { isSuspended: true }, { isOverLimit: true }, { isMoving: true as const }]) {
      await change('bob', webOf('bob', { hosts, ...state }));
      for (const name of ['mta-sts.bob.example', 'MTA-STS.bob.example.:443'])
        expect(await get(name, path)).toEqual([200, text, expect.stringMatching(/^text\/plain/)]);
      expect(await answer('mta-sts.bob.example', `${path}?a=b`)).toBe(`200 ${text.trim()}`);
      for (const other of [
        ...[
          '/',
          '/index.html',
          '/.well-known/',
          `${path}/`,
          `${path}/x`,
          `/x${path}`,
          '/.well-known/mta-sts.txt%00',
        ],
        ...['/.whmapi1-mta-sts/mta-sts.bob.example', '/.whmapi1-suspended', '/.well-known/../index.html'],
      ])
        expect([other, (await get('mta-sts.bob.example', other))[0]]).toEqual([other, 404]);
      expect(await answer('mta-sts.bob.example', '/.well-known/acme-challenge/token')).toBe('200 proof');
      for (const name of ['bob.example', 'www.bob.example', 'mail.bob.example', ...names])
        expect((await apache.get(name, path)).body).not.toContain('STSv1');
      for (const name of ['bob.example', 'alice.example', ...names]) {
        const { body } = await apache.get(name, '/.whmapi1-mta-sts/mta-sts.bob.example');
        expect(body).not.toContain('STSv1');
      }
    }
    // Another version needs no reload.
    const next = text.replace('enforce', 'none');
    const others = hosts.map((host) => ({
      ...host,
      services: [{ name: 'mta-sts.bob.example', policy: { path, text: next } }],
    }));
    await change('bob', webOf('bob', { hosts: others }));
    expect(await answer('mta-sts.bob.example', path)).toBe(`200 ${next.trim()}`);
    await change('bob', webOf('bob'), { policies: ['mta-sts.bob.example'] });
    expect(await answer('mta-sts.bob.example', path)).toMatch(/^404 /);
    expect(readdirSync(apache.path('/var/lib/whmapi1-mta-sts'))).toEqual([]);
  });

  it('answer 503 to every request while their account is renamed, except challenges', async () => {
    put('bob', 'index.html', 'of bob');
    put('bob', '.htaccess', 'RewriteEngine On\nRewriteRule ^ index.html [END]\nErrorDocument 503 mine\n');
    apache.write('/var/lib/whmapi1-acme/token', 'proof');
    put('alice', 'index.html', 'of alice');
    for (const username of ['alice', 'bob']) await change(username, webOf(username));
    await pause(apache.machine, 'bob');
    for (const [path, method] of [
      ['/', 'GET'],
      ['/index.html', 'POST'],
      ['/any/where?a=b', 'GET'],
    ] as const) {
      const { status, headers } = await apache.get('www.bob.example', path, method);
      expect([path, status, headers['retry-after']]).toEqual([path, 503, '10']);
    }
    expect(await answer('bob.example', '/.well-known/acme-challenge/token')).toBe('200 proof');
    expect(await answer('alice.example', '/')).toBe('200 of alice');
    await endPause(apache.machine, 'bob');
    expect(await answer('bob.example', '/')).toBe('200 of bob');
    expect((await apache.get('bob.example', '/')).headers['retry-after']).toBeUndefined();
  });

  it('of wildcard subdomains answer after all others, also those of other accounts, the longest name first', async () => {
    const of = (username: string, names: readonly string[]) => ({
      hosts: names.map((servername) => ({
        ...{ servername, aliases: servername.startsWith('*') ? [] : [`www.${servername}`] },
        documentRoot: `/home/${username}/${servername.replace('*', '_wildcard_')}`,
      })),
    });
    const accounts = {
      ann: ['*.bob.example', 'bob.example'],
      bob: ['shop.bob.example'],
      zoe: ['*.shop.bob.example', 'x.y.bob.example'],
    };
    for (const [username, names] of Object.entries(accounts)) {
      for (const name of names) {
        const folder = `/home/${username}/${name.replace('*', '_wildcard_')}`;
        apache.write(`${folder}/index.html`, `${name} of ${username}`);
      }
      await change(username, webOf(username, of(username, names)));
    }
    const expected = {
      'bob.example': 'bob.example of ann',
      'www.bob.example': 'bob.example of ann',
      'any.bob.example': '*.bob.example of ann',
      'A.b.bob.example': '*.bob.example of ann',
      'shop.bob.example': 'shop.bob.example of bob',
      'www.shop.bob.example': 'shop.bob.example of bob',
      'any.shop.bob.example': '*.shop.bob.example of zoe',
      'x.y.bob.example': 'x.y.bob.example of zoe',
      'y.bob.example': '*.bob.example of ann',
    };
    for (const [name, text] of Object.entries(expected)) expect(await answer(name, '/')).toBe(`200 ${text}`);
    for (const name of ['bob.example.com', 'xbob.example', 'example'])
      expect([name, (await apache.get(name, '/')).body]).not.toEqual([name, expect.stringContaining(' of ')]);
    const log = '/var/log/whmapi1-domlogs/ann/_wildcard_.bob.example.log';
    await until(() => apache.text(log).includes('"GET / HTTP'));
    await until(() => / \d+ _wildcard_\.bob\.example\n/.test(apache.text('/var/log/apache2/whmapi1-bytes')));
    await change('ann', webOf('ann', of('ann', ['bob.example'])), { wildcards: ['*.bob.example'] });
    expect(await answer('any.bob.example', '/')).toMatch(/^404 There is no website/);
    expect(await answer('any.shop.bob.example', '/')).toBe('200 *.shop.bob.example of zoe');
    await change('zoe', null, { wildcards: ['*.shop.bob.example'] });
    expect(readdirSync(apache.path('/etc/apache2/whmapi1/accounts')).sort()).toEqual([
      'ann.conf',
      'bob.conf',
    ]);
  });

  it('do not mix domains that begin or end with each other', async () => {
    const names = ['example.com', 'example.com.au', 'my-example.com', 'shop.example.com', 'le.com'];
    for (const [at, servername] of names.entries()) {
      const username = `user${at}`;
      put(username, 'index.html', servername);
      const documentRoot = `/home/${username}/public_html`;
      await change(
        username,
        webOf(username, { hosts: [{ servername, aliases: [`www.${servername}`], documentRoot }] }),
      );
    }
    const others = names.slice(1).map((_, at) => apache.text(accountFile(`user${at + 1}`)));
    await change('user0', null);
    expect(names.slice(1).map((_, at) => apache.text(accountFile(`user${at + 1}`)))).toEqual(others);
    for (const name of names.slice(1)) expect(await answer(`www.${name}`, '/')).toBe(`200 ${name}`);
    expect(await answer('example.com', '/')).toMatch(/^404 /);
  });

  it('answer 503 with a page while the account is suspended, and 509 over its limit, except challenges', async () => {
    put('bob', 'index.html', 'of bob');
    put('bob', '.htaccess', 'Require all denied\n');
    apache.write('/var/lib/whmapi1-acme/token', 'proof');
    const methods = ['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'PROPFIND'];
    const statuses = (path: string) =>
      Promise.all(
        methods.map(async (method) => [method, (await apache.get('bob.example', path, method)).status]),
      );
    const challenge = () => answer('bob.example', '/.well-known/acme-challenge/token');
    await change('bob', webOf('bob'));
    expect([await answer('bob.example', '/'), await challenge()]).toEqual([
      expect.stringMatching(/^403 /),
      '200 proof',
    ]);
    await change('bob', webOf('bob', { isSuspended: true }));
    expect(await answer('bob.example', '/any/path?x=1')).toMatch(/^503 [^]*<h1>Account suspended<\/h1>/);
    expect(await statuses('/any/path')).toEqual(methods.map((method) => [method, 503]));
    expect(await challenge()).toBe('200 proof');
    await change('bob', webOf('bob', { isOverLimit: true }));
    expect(await answer('www.bob.example', '/any/path')).toMatch(
      /^509 [^]*<h1>Bandwidth limit exceeded<\/h1>/,
    );
    expect(await statuses('/any/path')).toEqual(methods.map((method) => [method, 509]));
    // What Apache asks itself for is not there for clients.
    for (const path of ['/.whmapi1-over-limit', '/.whmapi1-other', '/%2ewhmapi1-over-limit'])
      expect(await statuses(path)).toEqual(methods.map((method) => [method, 404]));
    expect(await challenge()).toBe('200 proof');
    put('bob', '.htaccess', '');
    await change('bob', webOf('bob'));
    expect(await answer('bob.example', '/')).toBe('200 of bob');
  });

  it('show a page while a website has no index file, which any index file and any rule of the user replaces', async () => {
    const welcome = /^200 [^]*<h1>This website is not ready yet<\/h1>/;
    put('bob', 'sub/file.txt', 'text');
    await change('bob', webOf('bob'));
    for (const path of ['/', '/?a=b', 'http://bob.example/']) {
      expect(await answer('bob.example', path)).toMatch(welcome);
    }
    expect((await apache.get('bob.example', '/')).headers).toMatchObject({ 'x-robots-tag': 'noindex' });
    expect((await apache.get('bob.example', '/', 'HEAD')).status).toBe(200);
    expect(await answer('bob.example', '/sub/')).toMatch(/^403 /);
    for (const path of [
      '/.whmapi1-welcome',
      '/.whmapi1-welcome?/',
      '/%2ewhmapi1-welcome',
      '/.whmapi1-welcome/',
      '/none',
    ]) {
      expect(await answer('bob.example', path)).toMatch(/^404 /);
    }
    put('bob', '.htaccess', 'Require all denied\n');
    expect(await answer('bob.example', '/')).toMatch(/^403 /);
    put('bob', '.htaccess', 'RewriteEngine On\nRewriteRule ^$ sub/file.txt [L]\n');
    expect(await answer('bob.example', '/')).toBe('200 text');
    put('bob', '.htaccess', 'DirectoryIndex home.txt\n');
    put('bob', 'home.txt', 'of bob');
    expect(await answer('bob.example', '/')).toBe('200 of bob');
    put('bob', '.htaccess', '');
    expect(await answer('bob.example', '/')).toMatch(welcome);
    put('bob', 'index.html', 'the index');
    expect(await answer('bob.example', '/')).toBe('200 the index');
  });

  // Apache of this test has no suexec. tests/attack/isolation has the programs that run.
  it.each([false, true])('never send the text of CGI programs that they cannot run: %p', async (hasCgi) => {
    put('bob', '.htaccess', 'AddHandler "whmapi1-cgi" .py\nRequire all granted\n');
    put('bob', 'x.py', '#!/usr/bin/python3\npassword = "secret"\n');
    put('bob', 'file.txt', 'text');
    await change('bob', webOf('bob', { hasCgi }));
    for (const [path, method] of [
      ['/x.py', 'GET'],
      ['/x.py/more?a=b', 'POST'],
      ['/.whmapi1-no-cgi/x.py', 'GET'],
    ] as const) {
      const { status, body } = await apache.get('bob.example', path, method);
      expect([path, status]).toEqual([path, path.startsWith('/.') ? 404 : 403]);
      expect(body).not.toContain('secret');
    }
    expect(await answer('bob.example', '/file.txt')).toBe('200 text');
  });

  it('show that page also with PHP, but not instead of a list of files', async () => {
    put('bob', 'file.txt', 'text');
    const [host] = webOf('bob').hosts;
    const version = 'ea-php84';
    const socket = '/run/whmapi1-php/8.4-bob.example.sock';
    const cgi = { runs: 'cgi', version, binary: '/usr/bin/php-cgi8.4' } as const;
    for (const php of [cgi, { runs: 'fpm', version, socket } as const]) {
      const hosts = host === undefined ? [] : [{ ...host, php }];
      await change('bob', webOf('bob', { hosts }));
      expect(await answer('bob.example', '/')).toMatch(/^200 [^]*not ready yet/);
      if (php.runs === 'cgi') continue;
      const indexes = [{ path: '/home/bob/public_html', type: 'standard' as const }];
      await change('bob', webOf('bob', { hosts, indexes }));
      expect(await answer('bob.example', '/')).toMatch(/^200 [^]*Index of \/[^]*file\.txt/);
    }
  });

  it('serve a front controller by .htaccess, and keep own directives through every change', async () => {
    put('bob', 'index.html', 'the front controller');
    put(
      'bob',
      '.htaccess',
      'Options +FollowSymLinks -Indexes\nRewriteEngine On\nRewriteCond %{REQUEST_FILENAME} !-f\n' +
        'RewriteRule ^ index.html [L]\nHeader set X-Of-User yes\n',
    );
    apache.write('/etc/apache2/whmapi1/custom/bob/own.conf', 'Header set X-Of-Administrator yes\n');
    apache.write('/etc/apache2/whmapi1/custom/bob/bob.example/own.conf', 'Header set X-Of-Domain yes\n');
    await change('bob', webOf('bob'));
    await change('bob', webOf('bob', { isSuspended: true }));
    await change('bob', webOf('bob'));
    const { status, body, headers } = await apache.get('bob.example', '/a/nice/path');
    expect([status, body]).toEqual([200, 'the front controller']);
    expect(headers).toMatchObject({ 'x-of-user': 'yes', 'x-of-administrator': 'yes', 'x-of-domain': 'yes' });
  });

  it('do not send the source of PHP files if nothing runs them', async () => {
    put('bob', 'secret.php', '<?php $password = 1;');
    put('bob', 'old.phtml', '<?php $password = 1;');
    await change('bob', webOf('bob'));
    expect(await answer('bob.example', '/secret.php')).toMatch(/^403 /);
    expect(await answer('bob.example', '/old.phtml')).toMatch(/^403 /);
  });

  it('never follow a link to a file of another owner, whatever .htaccess says', async () => {
    if (userInfo().uid !== 0) return;
    put('alice', 'config.txt', 'the password of alice');
    put('bob', 'own.txt', 'own');
    chownSync(apache.path('/home/alice/public_html/config.txt'), 10_001, 10_001);
    const links = apache.path('/home/bob/public_html');
    symlinkSync(apache.path('/home/alice/public_html/config.txt'), join(links, 'stolen.txt'));
    symlinkSync(apache.path('/home/alice/public_html'), join(links, 'stolen'));
    symlinkSync(join(links, 'own.txt'), join(links, 'mine.txt'));
    await change('bob', webOf('bob'));
    for (const options of [
      '',
      'Options FollowSymLinks\n',
      'Options +FollowSymLinks -SymLinksIfOwnerMatch\n',
      'Options All\n',
    ]) {
      put('bob', '.htaccess', options);
      expect(await answer('bob.example', '/stolen.txt')).toMatch(/^403 /);
      expect(await answer('bob.example', '/mine.txt')).toBe('200 own');
    }
  });

  it('do not read files of others by expressions in .htaccess', async () => {
    put('alice', 'config.txt', 'the password of alice');
    put('bob', 'index.html', 'of bob');
    await change('bob', webOf('bob'));
    const file = apache.path('/home/alice/public_html/config.txt');
    for (const directive of [
      `Header always set X-Leak "expr=%{file:${file}}"`,
      `ErrorDocument 404 "%{file:${file}}"`,
      `RewriteEngine On\nRewriteCond expr "file('${file}') =~ /^(.*)$/"\nRewriteRule ^ - [E=LEAK:%1]\nHeader always set X-Leak "%{LEAK}e"`,
      `<If "file('${file}') =~ /password/">\nHeader always set X-Leak password\n</If>`,
      `SetHandler lua-script`,
    ]) {
      put('bob', '.htaccess', `${directive}\n`);
      for (const path of ['/', '/missing']) {
        const { body, headers } = await apache.get('bob.example', path);
        expect(body + JSON.stringify(headers)).not.toContain('password');
      }
    }
  });

  it('answer requests for unknown names if they are primary, until they no longer are', async () => {
    for (const name of ['alice', 'bob']) put(name, 'index.html', `of ${name}`);
    const primary = { std: 'bob.example' };
    await change('alice', webOf('alice'));
    await change('bob', webOf('bob', { primary }));
    const answers = () =>
      Promise.all(['unknown.example', 'alice.example', 'bob.example'].map((name) => answer(name, '/')));
    expect(await answers()).toEqual(['200 of bob', '200 of alice', '200 of bob']);
    // Another account takes over.
    await change('alice', webOf('alice', { primary: { std: 'alice.example' } }));
    expect(await answers()).toEqual(['200 of alice', '200 of alice', '200 of bob']);
    await change('alice', null, { primary: ['std'] });
    expect(await answers()).toEqual([
      '404 There is no website at this address yet. A new website appears within a minute.',
      '404 There is no website at this address yet. A new website appears within a minute.',
      '200 of bob',
    ]);
  });

  it('name the requests of others to nobody, even with the status page in .htaccess', async () => {
    put('bob', '.htaccess', 'SetHandler server-status\n');
    await change('bob', webOf('bob'));
    expect(await answer('bob.example', '/')).not.toContain('bob.example:');
  });

  it('log requests and errors of each domain into files that the account can read', async () => {
    put('bob', 'index.html', 'of bob');
    await change('bob', webOf('bob'));
    await apache.get('www.bob.example', '/?logged');
    const log = '/var/log/whmapi1-domlogs/bob/bob.example';
    await apache.stop();
    expect(apache.text(`${log}.log`)).toContain('"GET /?logged HTTP/1.1" 200');
    expect(existsSync(apache.path(`${log}-error.log`))).toBe(true);
    expect(apache.text('/var/log/apache2/whmapi1-bytes')).toMatch(/^\d{10} \d+ bob\.example$/m);
  });

  describe('of new accounts', () => {
    const add = async (username: string, web = webOf(username)) => {
      put(username, 'index.html', `of ${username}`);
      const step = apache.apache.add(username, web);
      await step.apply(apache.machine, await step.prepare(apache.machine));
    };
    const confirm = (
      isReloadNeeded = false,
      withLocks: LockingWork['withLocks'] = (_locks, work) => work(),
    ) => apache.apache.confirm(apache.machine, { withLocks }, { waitMs: 0, isReloadNeeded });
    const custom = '/etc/apache2/whmapi1/custom/bob/own.conf';

    it('are served soon, without waiting for a reload', async () => {
      await add('bob');
      await until(
        async () => (await answer('bob.example', '/')) === '200 of bob',
        'the website of bob is served',
      );
      expect(await confirm()).toEqual({ removed: [] });
    });

    it('are reloaded by the confirmation if the request was lost', async () => {
      apache.server.requestReload = () => Promise.resolve(false);
      await add('bob');
      expect(await answer('bob.example', '/')).toMatch(/^404 /);
      expect(await confirm()).toEqual({ removed: [] });
      expect(await answer('bob.example', '/')).toBe('200 of bob');
    });

    it('are not served before PHP-FPM has their pools, although Apache reads them, but are checked', async () => {
      mkdirSync(apache.path(waitingFolder('bob')), { recursive: true });
      await add('bob');
      await add('bobby');
      await change('carol', webOf('carol'));
      // A check does not skip them.
      const isAccepted = () => apache.server.accepts(undefined as never, [apache.path(accountFile('bob'))]);
      expect(await isAccepted()).toBe(true);
      apache.write(custom, 'Nonsense on\n');
      expect(await isAccepted()).toBe(false);
      rmSync(apache.path(custom));
      await until(
        async () => (await answer('bobby.example', '/')) === '200 of bobby',
        'the website of bobby is served',
      );
      expect(await confirm()).toEqual({ removed: [] });
      expect(await answer('bob.example', '/')).toMatch(/^404 /);
      rmdirSync(apache.path(waitingFolder('bob')));
      expect(await confirm(true)).toEqual({ removed: [] });
      expect(await answer('bob.example', '/')).toBe('200 of bob');
    });

    it('wait, and stop nothing, while somebody else’s file is broken', async () => {
      await change('bob', webOf('bob'));
      put('bob', 'index.html', 'of bob');
      apache.write(custom, 'Nonsense on\n');
      await add('carol');
      await expect(confirm()).rejects.toThrow(/Invalid command 'Nonsense'.* for the account “bob”\./);
      expect([await answer('bob.example', '/'), await answer('carol.example', '/')]).toEqual([
        '200 of bob',
        '404 There is no website at this address yet. A new website appears within a minute.',
      ]);
      apache.write(custom, '');
      expect(await confirm()).toEqual({ removed: [] });
      expect(await answer('carol.example', '/')).toBe('200 of carol');
    });

    it('are rejected, and leave nothing, if Apache does not accept their file', async () => {
      await change('alice', webOf('alice'));
      apache.write(custom, 'Nonsense on\n');
      await expect(add('bob')).rejects.toThrow(/Invalid command 'Nonsense'/);
      expect(existsSync(apache.path(accountFile('bob')))).toBe(false);
    });

    /** Apache is not reloaded before the file of bob is correct. */
    async function addCarolWithoutCertificate(): Promise<void> {
      const path = '/etc/ssl/whmapi1/sites/carol.pem';
      apache.write(path, apache.text(DEFAULT_KEY) + apache.text(DEFAULT_CERTIFICATE));
      await change('bob', webOf('bob'));
      apache.write(custom, 'Nonsense on\n');
      const [host] = webOf('carol').hosts;
      if (host === undefined) throw new Error('no host');
      await add('carol', webOf('carol', { hosts: [{ ...host, certificate: { path, id: 'a' } }] }));
      rmSync(apache.path(path));
    }

    it('stay if a call corrects their file before the confirmation has the lock of the account', async () => {
      await addCarolWithoutCertificate();
      apache.write(custom, '');
      const locked: string[] = [];
      const afterCall: LockingWork['withLocks'] = async (locks, work) => {
        locked.push(...locks.map(({ name }) => name));
        await change('carol', webOf('carol'));
        return work();
      };
      expect(await confirm(false, afterCall)).toEqual({ removed: [] });
      expect(locked).toEqual(['account carol']);
      expect(await answer('carol.example', '/')).toBe('200 of carol');
    });

    it('are removed by the confirmation if Apache cannot use their file, so that others are served', async () => {
      await addCarolWithoutCertificate();
      await add('dave');
      apache.write(custom, '');
      const { removed } = await confirm();
      expect(removed).toEqual([
        { path: accountFile('carol'), reason: expect.stringContaining('carol.pem') as string },
      ]);
      expect(existsSync(apache.path(accountFile('carol')))).toBe(false);
      expect(await answer('dave.example', '/')).toBe('200 of dave');
    });
  });

  it('stay as they were if Apache rejects the change, which names the file', async () => {
    put('bob', 'index.html', 'of bob');
    await change('bob', webOf('bob'));
    const path = '/etc/apache2/whmapi1/custom/bob/own.conf';
    apache.write(path, 'Nonsense on\n');
    const failure = change('bob', webOf('bob', { hasCgi: false }));
    await expect(failure).rejects.toThrow(
      /^Apache rejects its configuration: AH00526: Syntax error on line 1 of \S+own\.conf: Invalid command 'Nonsense'.* This program did not write “\S+own\.conf”, for the account “bob”\. Correct that file and retry the call\.$/,
    );
    expect(await answer('bob.example', '/')).toBe('200 of bob');
    expect(apache.text(accountFile('bob'))).toContain('whmapi1-cgi');
  });

  it('of others are not stopped by a file that is broken', async () => {
    put('bob', 'index.html', 'of bob');
    put('carol', 'index.html', 'of carol');
    await change('bob', webOf('bob'));
    const text = apache.text(accountFile('bob'));
    apache.write(accountFile('bob'), '<VirtualHost\n');
    await expect(change('carol', webOf('carol'))).rejects.toThrow(/accounts\/bob\.conf/);
    expect(await answer('bob.example', '/')).toBe('200 of bob');
    apache.write(accountFile('bob'), text);
    await change('carol', webOf('carol'));
    expect(await answer('carol.example', '/')).toBe('200 of carol');
  });

  it('are served as before if Apache ends at the reload, because of what its check does not read', async () => {
    put('bob', 'index.html', 'of bob');
    const at = (name: string) => `/etc/ssl/whmapi1/sites/${name}.pem`;
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const certificate = apache.text(DEFAULT_CERTIFICATE);
    apache.write(at('good'), apache.text(DEFAULT_KEY) + certificate);
    apache.write(at('bad'), (other.export({ type: 'pkcs8', format: 'pem' }) as string) + certificate);
    const webWith = (name: string) => {
      const hosts = webOf('bob').hosts.map((host) => ({
        ...host,
        certificate: { path: at(name), id: name },
      }));
      return webOf('bob', { hosts });
    };
    await change('bob', webWith('good'));
    const before = apache.text(accountFile('bob'));
    const reload = change('bob', webWith('bad'));
    await expect(reload).rejects.toThrow(/^Apache ended when it read its new configuration/);
    expect(await answer('bob.example', '/')).toBe('200 of bob');
    expect(apache.text(accountFile('bob'))).toBe(before);
    await change('carol', webOf('carol'));
    // Not every later reload starts it again.
    const pid = apache.pid();
    await change('bob', webOf('bob'));
    expect(apache.pid()).toBe(pid);
  });

  it('fail while Apache is not running, and change nothing', async () => {
    await apache.stop();
    await expect(change('bob', webOf('bob'))).rejects.toThrow(
      /^Apache is not running\. Start it with “systemctl start apache2” and retry the call\./,
    );
    expect(existsSync(apache.path(accountFile('bob')))).toBe(false);
  });

  it('are changed together by one reload, without a failed request', async () => {
    put('bob', 'index.html', 'of bob');
    await change('bob', webOf('bob'));
    let isOver = false;
    const seen = new Map<number, number>();
    const visitor = async () => {
      while (!isOver) {
        const { status } = await apache.get('bob.example', '/').catch(() => ({ status: -1 }));
        seen.set(status, (seen.get(status) ?? 0) + 1);
      }
    };
    const visits = visitor();
    const names = Array.from({ length: 40 }, (_, at) => `user${at}`);
    for (const name of names) put(name, 'index.html', name);
    await Promise.all(names.map((name) => change(name, webOf(name))));
    for (const name of names) expect(await answer(`${name}.example`, '/')).toBe(`200 ${name}`);
    isOver = true;
    await visits;
    expect([...seen.keys()]).toEqual([200]);
    // Far fewer reloads than changes.
    const restarts = apache.text('/var/log/apache2/error.log').match(/Graceful restart requested/g) ?? [];
    expect(restarts.length).toBeLessThan(20);
  });
});
