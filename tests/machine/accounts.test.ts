// An account’s own work on a fresh Debian with the profile STANDARD: the interface of accounts on port 2083 with curl,
// the command uapi as that user, and an addon domain that becomes an account.
import { copyFileSync } from 'node:fs';
import { builtPackage } from './built-package.ts';
import { machineRoot } from './debian-root.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { waitUntilServed } from './served.ts';

interface Answer {
  readonly status: number;
  readonly data: unknown;
  readonly errors: string[] | null;
}

const DEB = '/var/tmp/whmapi1.deb';
const PASSWORD = 'correct horse battery staple 7';

describeOnMachine('an account, in this order', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(machineRoot());
    copyFileSync(builtPackage(), machine.path(DEB));
    machine.install(DEB);
    const { status } = machine.run('whmapi1', ['--wait', 'start_profile_activation', 'code=STANDARD']);
    expect(status).toBe(0);
    machine.sh('systemctl enable --now whmapi1d || { journalctl -n 40 -u whmapi1d --no-pager; exit 1; }');
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
});
