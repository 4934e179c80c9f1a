// An account’s own work on a fresh Debian with the profile STANDARD: the interface of accounts on port 2083 with curl,
// the commands uapi and cpapi2 as that user, and an addon domain that becomes an account.
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { codeAt } from '../../src/capabilities/two-factor/rules/totp.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { hostingRoot, installedRoot } from './prepared-roots.ts';
import { waitUntilServed } from './served.ts';
import { until } from './until.ts';

interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly errors: string[] | null;
}

const PASSWORD = 'correct horse battery staple 7';

describeOnMachine('an account, in this order', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
    for (const username of ['bob', 'eve']) {
      whm('createacct', `username=${username}`, `domain=${username}.example`, `password=${PASSWORD}`);
      waitUntilServed(machine, `${username}.example`);
    }
    whm('modifyacct', 'user=bob', 'MAXADDON=5', 'MAXSUB=5', 'HASSHELL=1');
  });
  afterAll(() => machine.stop());

  function whm(name: string, ...words: string[]): void {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
    const { metadata } = JSON.parse(stdout) as { metadata: { result: number; reason: string } };
    expect([name, metadata]).toEqual([name, expect.objectContaining({ result: 1 })]);
  }

  /** A call of /execute/ with the account’s password. The password is in a file, not in the arguments. */
  function execute(path: string, form: Readonly<Record<string, string>> = {}, user = 'bob'): Answer {
    const login = `user = "${user}:${PASSWORD}"\n`;
    const { stdout } = machine.run(
      'curl',
      [
        ...['-sk', '--config', '-', '--max-time', '60'],
        ...Object.entries(form).flatMap(([key, value]) => ['--data-urlencode', `${key}=${value}`]),
        `https://127.0.0.1:2083/execute/${path}`,
      ],
      { input: login },
    );
    return JSON.parse(stdout) as Answer;
  }
  function uapi(user: string, ...words: string[]): Answer {
    const { stdout } = machine.run('runuser', ['-u', user, '--', 'uapi', '--output=json', ...words]);
    return (JSON.parse(stdout) as { result: Answer }).result;
  }
  function cpapi2(user: string, ...words: string[]): unknown {
    const { stdout } = machine.run('runuser', ['-u', user, '--', 'cpapi2', '--output=json', ...words]);
    return (JSON.parse(stdout) as { cpanelresult: unknown }).cpanelresult;
  }
  const visit = (host: string, path = '/') =>
    machine.run('curl', ['-s', '--resolve', `${host}:80:127.0.0.1`, `http://${host}${path}`]).stdout;

  it('creates a subdomain with curl, uploads a page and serves it', () => {
    const created = execute('SubDomain/addsubdomain', {
      domain: 'shop',
      rootdomain: 'bob.example',
      dir: 'public_html/shop',
    });
    expect(created).toMatchObject({ status: 1, errors: null });
    const saved = execute('Fileman/save_file_content', {
      dir: 'public_html/shop',
      file: 'index.html',
      content: 'the shop of bob\n',
    });
    expect(saved).toMatchObject({ status: 1, errors: null });
    waitUntilServed(machine, 'shop.bob.example');
    expect(visit('shop.bob.example')).toBe('the shop of bob\n');
    expect(machine.sh('stat -c "%U %G" /home/bob/public_html/shop/index.html')).toBe('bob bob\n');
  });

  it('refuses a wrong password, and another account’s things', () => {
    expect(execute('DomainInfo/list_domains', {}, 'nobody')).not.toMatchObject({ status: 1 });
    const read = execute('Fileman/get_file_content', { dir: '/home/eve', file: '.bashrc' });
    expect(read.status).toBe(0);
    const taken = execute('SubDomain/addsubdomain', { domain: 'x', rootdomain: 'eve.example' });
    expect(taken.status).toBe(0);
  });

  it('does the same with uapi, as the Linux user', () => {
    expect(uapi('bob', 'DomainInfo', 'list_domains')).toMatchObject({
      status: 1,
      data: { main_domain: 'bob.example', sub_domains: ['shop.bob.example'] },
    });
    expect(uapi('eve', 'DomainInfo', 'list_domains')).toMatchObject({
      data: { main_domain: 'eve.example', sub_domains: [] },
    });
    const page = ['dir=public_html', 'file=index.html', 'content=the page of eve'];
    expect(uapi('eve', 'Fileman', 'save_file_content', ...page)).toMatchObject({ status: 1 });
    expect(visit('eve.example')).toBe('the page of eve');
    expect(machine.sh('stat -c %U /home/eve/public_html/index.html')).toBe('eve\n');
  });

  it('does not let a user open the socket of another one', () => {
    expect(uapi('bob', 'DomainInfo', 'list_domains').status).toBe(1);
    const uid = machine.sh('id -u bob').trim();
    const script = `curl -s --unix-socket /run/whmapi1/accounts/${uid}.sock http://x/ ; echo $?`;
    // curl: 7, it could not connect.
    expect(machine.run('runuser', ['-u', 'eve', '--', 'sh', '-c', script]).stdout.trim()).toBe('7');
  });

  it('adds a cron job by API 2', () => {
    const query = new URLSearchParams({
      cpanel_jsonapi_apiversion: '2',
      cpanel_jsonapi_module: 'Cron',
      cpanel_jsonapi_func: 'add_line',
      ...{ command: '/bin/true', minute: '5', hour: '4', day: '*', month: '*', weekday: '*' },
    }).toString();
    const { stdout } = machine.run(
      'curl',
      ['-sk', '--config', '-', `https://127.0.0.1:2083/json-api/cpanel?${query}`],
      { input: `user = "bob:${PASSWORD}"\n` },
    );
    expect(JSON.parse(stdout)).toMatchObject({ cpanelresult: { event: { result: 1 } } });
    expect(machine.sh('crontab -l -u bob')).toContain('5 4 * * * /bin/true');
  });

  it('adds an addon domain, which becomes an account of its own', () => {
    expect(
      execute('AddonDomain/addaddondomain', {
        newdomain: 'addon.example',
        subdomain: 'addon',
        dir: 'public_html/addon',
      }),
    ).toMatchObject({ status: 1, errors: null });
    execute('Fileman/save_file_content', {
      dir: 'public_html/addon',
      file: 'index.html',
      content: 'the addon\n',
    });
    waitUntilServed(machine, 'addon.example');
    expect(visit('addon.example')).toBe('the addon\n');
    whm('convert_addon_initiate_conversion', 'domain=addon.example', 'username=addon', 'wait=1');
    waitUntilServed(machine, 'addon.example');
    expect(visit('addon.example')).toBe('the addon\n');
    expect(visit('shop.bob.example')).toBe('the shop of bob\n');
    expect(machine.sh('stat -c %U /home/addon/public_html/index.html')).toBe('addon\n');
    expect(uapi('addon', 'DomainInfo', 'list_domains')).toMatchObject({
      data: { main_domain: 'addon.example' },
    });
    expect(uapi('bob', 'DomainInfo', 'list_domains')).toMatchObject({ data: { addon_domains: [] } });
  });

  describe('a script', () => {
    const JAR = '/root/session';
    const redirectOf = (host: string, path: string) =>
      machine.run('curl', [
        ...['-s', '-o', '/dev/null', '-w', '%{http_code} %{redirect_url}'],
        ...['--resolve', `${host}:80:127.0.0.1`, `http://${host}${path}`],
      ]).stdout;
    let session = '';

    /** A call with the session of `logIn`. */
    function call(path: string, words: readonly string[]): Record<string, unknown> {
      const url = `https://127.0.0.1:2083${session}${path}`;
      const { stdout } = machine.run('curl', ['-sk', '-b', JAR, '--max-time', '60', ...words, url]);
      return JSON.parse(stdout) as Record<string, unknown>;
    }
    const form = (fields: Readonly<Record<string, string>>) =>
      Object.entries(fields).flatMap(([key, value]) => ['--data-urlencode', `${key}=${value}`]);
    function logIn(fields: Readonly<Record<string, string>>) {
      const words = [...form({ user: 'bob', pass: PASSWORD, login_only: '1', ...fields })];
      const { stdout } = machine.run('curl', ['-sk', '-c', JAR, ...words, 'https://127.0.0.1:2083/login/']);
      return JSON.parse(stdout) as { status: number; error_code?: string; security_token?: string };
    }

    it('of a stranger logs in with a code, by curl alone', () => {
      whm('twofactorauth_enable_policy');
      const { secret } = execute('TwoFactorAuth/generate_user_configuration').data as { secret: string };
      const proof = { secret, tfa_token: codeAt(secret, Date.now()) };
      expect(execute('TwoFactorAuth/set_user_configuration', proof)).toMatchObject({ status: 1 });
      expect(execute('DomainInfo/list_domains').status).toBe(0);
      expect(logIn({})).toMatchObject({ status: 0, error_code: 'tfa_required' });
      // The code that set it up is used.
      const { status, security_token: token = '' } = logIn({
        tfa_token: codeAt(secret, Date.now() + 30_000),
      });
      expect([status, token]).toEqual([1, expect.stringMatching(/^\/cpsess\d{10}$/)]);
      session = token;
    });

    it('creates a subdomain, uploads a file and reads it by HTTP', () => {
      const fields = { domain: 'news', rootdomain: 'bob.example', dir: 'public_html/news' };
      expect(call('/execute/SubDomain/addsubdomain', form(fields))).toMatchObject({ status: 1 });
      machine.sh('printf "uploaded\\n" >/root/hello.txt');
      const file = ['-F', 'file-1=@/root/hello.txt', '-F', 'dir=public_html/news'];
      expect(call('/execute/Fileman/upload_files', file)).toMatchObject({
        status: 1,
        data: { succeeded: 1, failed: 0 },
      });
      waitUntilServed(machine, 'news.bob.example');
      expect(visit('news.bob.example', '/hello.txt')).toBe('uploaded\n');
      expect(machine.sh('stat -c "%U %G" /home/bob/public_html/news/hello.txt')).toBe('bob bob\n');
    });

    it('adds an addon domain, a scheduled job and a redirect, and logs out', () => {
      const addon = { newdomain: 'second.example', subdomain: 'second', dir: 'public_html/second' };
      expect(call('/execute/AddonDomain/addaddondomain', form(addon))).toMatchObject({ status: 1 });
      const job = {
        cpanel_jsonapi_apiversion: '2',
        cpanel_jsonapi_module: 'Cron',
        cpanel_jsonapi_func: 'add_line',
        ...{ command: '/bin/echo news', minute: '7', hour: '3', day: '*', month: '*', weekday: '*' },
      };
      expect(call('/json-api/cpanel', form(job))).toMatchObject({ cpanelresult: { event: { result: 1 } } });
      expect(machine.sh('crontab -l -u bob')).toContain('7 3 * * * /bin/echo news');
      const redirect = {
        domain: 'bob.example',
        src: '/old',
        redirect: 'http://example.net/new',
        type: 'temp',
      };
      expect(call('/execute/Mime/add_redirect', form(redirect))).toMatchObject({ status: 1, errors: null });
      expect(redirectOf('bob.example', '/old')).toBe('302 http://example.net/new');
      expect(call('/execute/DomainInfo/list_domains', [])).toMatchObject({
        data: { addon_domains: ['second.example'] },
      });
      expect(call('/logout', [])).toEqual({ status: 1 });
      expect(call('/execute/DomainInfo/list_domains', [])).toMatchObject({ status: 0 });
    });

    it('of the Linux user does the same with uapi, and the cron job with cpapi2', () => {
      whm('modifyacct', 'user=eve', 'MAXADDON=5', 'MAXSUB=5');
      const done = (...words: string[]) => expect(uapi('eve', ...words)).toMatchObject({ status: 1 });
      done('SubDomain', 'addsubdomain', 'domain=news', 'rootdomain=eve.example', 'dir=public_html/news');
      done('AddonDomain', 'addaddondomain', 'newdomain=third.example', 'subdomain=third');
      done(
        'Mime',
        'add_redirect',
        'domain=eve.example',
        'src=/old',
        'redirect=http://example.net/',
        'type=temp',
      );
      machine.sh('printf "uploaded by eve\\n" | runuser -u eve -- tee /home/eve/hello.txt');
      // Without the line break at the end of the file.
      const file = ['--file', 'content=/home/eve/hello.txt'];
      done(...file, 'Fileman', 'save_file_content', 'dir=public_html/news', 'file=hello.txt');
      const job = ['command=/bin/echo news', 'minute=7', 'hour=3', 'day=*', 'month=*', 'weekday=*'];
      expect(cpapi2('eve', 'Cron', 'add_line', ...job)).toMatchObject({ data: [{ status: 1 }] });
      expect(machine.sh('crontab -l -u eve')).toContain('7 3 * * * /bin/echo news');
      expect(cpapi2('eve', 'Cron', 'listcron')).toMatchObject({ data: [{ command: '/bin/echo news' }, {}] });
      waitUntilServed(machine, 'news.eve.example');
      expect(visit('news.eve.example', '/hello.txt')).toBe('uploaded by eve');
      expect(redirectOf('eve.example', '/old')).toBe('302 http://example.net/');
    });

    /** Chromium in this machine's network, with a new profile, at the page `url`. */
    async function visitInBrowser(url: string, look: (page: Page) => Promise<void>): Promise<void> {
      const folder = mkdtempSync(join(tmpdir(), 'whmapi1-chromium-'));
      const inNetwork = join(folder, 'chromium');
      const words = `exec nsenter --net=/proc/${String(machine.pid)}/ns/net /usr/bin/chromium-headless-shell "$@"`;
      writeFileSync(inNetwork, `#!/bin/sh\n${words}\n`, { mode: 0o755 });
      const context = await chromium.launchPersistentContext(join(folder, 'profile'), {
        executablePath: inNetwork,
        args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
        // The certificate of whmapi1d is self-signed.
        ignoreHTTPSErrors: true,
      });
      try {
        const page = await context.newPage();
        await page.goto(url);
        await look(page);
      } finally {
        await context.close();
        rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
      }
    }

    it('opens the page of the account in Chromium with a link of create_user_session', async () => {
      const { stdout } = machine.run('whmapi1', [
        ...['--output=json', 'create_user_session', 'user=bob', 'service=cpaneld'],
      ]);
      const { pathname, search } = new URL((JSON.parse(stdout) as { data: { url: string } }).data.url);
      await visitInBrowser(`https://127.0.0.1:2083${pathname}${search}`, async (page) => {
        // The link logs in, and the page that it answers sends the browser on.
        const heading = page.getByRole('heading', { level: 1, name: 'bob.example', exact: true });
        await heading.waitFor({ timeout: 60_000 });
      });
    });
  });

  // The last one: eve is removed from the machine behind the program's back.
  it('creates a user again that is gone, with its ID, password and crontab, and leaves its home alone', () => {
    machine.run('crontab', ['-u', 'eve', '-'], { input: '5 4 * * * /bin/true eve\n' });
    const facts = () =>
      machine.sh(
        'getent passwd eve; getent shadow eve | cut -d: -f2; crontab -u eve -l; ' +
          'find /home/eve -printf "%p %U:%G %m %T@\\n" | sort',
      );
    machine.run('runuser', ['-u', 'eve', '--', 'tee', '/home/eve/public_html/kept.txt'], { input: 'kept\n' });
    const before = facts();
    expect(before).toContain('/bin/true eve');
    machine.sh('whmapi1 --backup /root/store.backup');
    machine.sh('systemctl stop whmapi1d && whmapi1 --restore /root/store.backup --force');
    // Its processes of PHP end after a while.
    machine.sh('crontab -u eve -r; for i in $(seq 60); do userdel eve && break; sleep 1; done');
    const dry = machine.sh('whmapi1 --rebuild --dry-run');
    expect(dry).toContain('eve: would create the user “eve”');
    expect(machine.run('getent', ['passwd', 'eve']).stdout).toBe('');
    expect(machine.sh('whmapi1 --rebuild')).toContain('eve: created the user “eve”');
    expect(facts()).toBe(before);
    expect(machine.sh('whmapi1 --rebuild')).toContain('has everything');
    machine.sh('systemctl start whmapi1d');
    expect(visit('eve.example', '/kept.txt')).toBe('kept\n');
  });

  it('move to a fresh server: with the backup, the homes, the command of --doctor and --rebuild', async () => {
    machine.run('runuser', ['-u', 'bob', '--', 'tee', '/home/bob/public_html/hello.php'], {
      input: '<?php echo get_current_user(), 6 * 7;\n',
    });
    // Without the roles of databases: to install their servers takes long.
    machine.sh(`whmapi1 --wait start_profile_activation code=WEBNODE optional='{"DNS":1}'`);
    machine.sh('whmapi1 --backup /root/moved.backup --with-key && tar -C /home -cf /root/homes.tar bob eve');
    const fresh = await bootMachine(await installedRoot());
    try {
      for (const file of ['/root/moved.backup', '/root/homes.tar'])
        copyFileSync(machine.path(file), fresh.path(file));
      fresh.sh('systemctl stop whmapi1d; whmapi1 --restore /root/moved.backup');
      fresh.sh('systemctl enable --now whmapi1d; tar -C /home --numeric-owner -xpf /root/homes.tar');
      // Without the software, only the users come back.
      const early = fresh.run('whmapi1', ['--rebuild']);
      expect(early.stdout).toContain('bob: created the user “bob”');
      expect(early.stderr).toContain('activate the profile first');
      const findings = fresh.run('whmapi1', ['--doctor']).stdout;
      const [command = 'false'] = /whmapi1 --wait start_profile_activation .*/.exec(findings) ?? [];
      fresh.sh(command);
      fresh.sh('whmapi1 --rebuild');
      expect(fresh.sh('whmapi1 --rebuild')).toContain('has everything');
      waitUntilServed(fresh, 'bob.example');
      expect(fresh.run('whmapi1', ['--doctor']).stdout).not.toMatch(/problem (?!Resolvers)/);
      const page = ['-s', '--resolve', 'bob.example:80:127.0.0.1', 'http://bob.example/hello.php'];
      expect(fresh.run('curl', page).stdout).toBe('bob42');
      const hostmasterAt = (at: Machine) =>
        at.run('dig', ['+short', '@127.0.0.1', 'bob.example', 'SOA']).stdout.split(' ')[1] ?? '';
      const hostmaster = hostmasterAt(machine);
      expect(hostmaster).toContain('.');
      await until(() => hostmasterAt(fresh) === hostmaster);
      expect(fresh.sh('id -u bob eve; getent shadow bob | cut -d: -f2')).toBe(
        machine.sh('id -u bob eve; getent shadow bob | cut -d: -f2'),
      );
    } finally {
      await fresh.stop();
    }
  });
});
