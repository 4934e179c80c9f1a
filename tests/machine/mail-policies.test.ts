// Mail policies (MTA-STS) on a fresh Debian with the profile STANDARD, as senders of mail find and read them.
import { writeFileSync } from 'node:fs';
import { Authority } from '../support/certificates.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { hostingRoot } from './prepared-roots.ts';
import { waitUntilServed } from './served.ts';
import { until } from './until.ts';

const PASSWORD = 'correct horse battery staple 7';
const NAME = 'mta-sts.bob.example';
const PATH = '/.well-known/mta-sts.txt';
const textOf = (mode: string, domain = 'bob.example') =>
  `version: STSv1\nmode: ${mode}\nmx: ${domain}\nmax_age: 604800\n`;

describeOnMachine('mail policies, in this order', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
    for (const username of ['bob', 'eve']) {
      works('createacct', `username=${username}`, `domain=${username}.example`, `password=${PASSWORD}`);
      waitUntilServed(machine, `${username}.example`);
    }
    const authority = await Authority.root('Test Root');
    const { crt, key } = await authority.issue({ domains: ['bob.example', NAME], until: '2030-01-01' });
    for (const [name, text] of Object.entries({ crt, key, cab: authority.crt }))
      writeFileSync(machine.path(`/root/${name}.pem`), text);
  });
  afterAll(() => machine.stop());

  interface Outcome {
    readonly result: number;
    readonly reason: string;
    readonly output?: { readonly warnings?: readonly string[] };
  }
  function call(name: string, ...words: string[]): Outcome {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
    return (JSON.parse(stdout) as { metadata: Outcome }).metadata;
  }
  /** @returns the warnings. */
  function works(name: string, ...words: string[]): readonly string[] {
    const { result, reason, output } = call(name, ...words);
    expect([name, result === 1 ? '' : reason]).toEqual([name, '']);
    return output?.warnings ?? [];
  }
  /** @returns the reason why it failed. Empty: it did not. */
  function as(username: string, ...words: string[]): string {
    const { stdout } = machine.run('runuser', ['-u', username, '--', 'uapi', '--output=json', ...words]);
    const { result } = JSON.parse(stdout) as { result: { errors: readonly string[] | null } };
    return (result.errors ?? []).join(' ');
  }
  const put = (username: string, path: string, text: string) => {
    const script = 'umask 022; mkdir -p "$(dirname "$1")"; cat >"$1"';
    const words = ['-u', username, '--', 'bash', '-euc', script, 'put', `/home/${username}/${path}`];
    expect(machine.run('runuser', words, { input: text })).toMatchObject({ status: 0 });
  };
  /** The body and the status that a sender gets, which verifies the certificate and follows no redirect. */
  const read = (name = NAME, path = PATH, ...words: string[]) =>
    machine.run('curl', [
      ...['-s', '--max-time', '20', '--cacert', '/root/cab.pem', '-w', '%{http_code}', ...words],
      ...['--resolve', `${name}:443:127.0.0.1`, `https://${name}${path}`],
    ]).stdout;
  const dig = (...words: string[]) =>
    machine.run('dig', ['@127.0.0.1', '+short', '+norec', ...words]).stdout.trim();
  const suspension = () => read('bob.example', '/', '-o', '/dev/null');

  it('are found in DNS and read over verified TLS, once the name has a certificate', async () => {
    put('bob', 'public_html/index.html', 'the page of bob\n');
    put('bob', `public_html${PATH}`, 'version: STSv1\nmode: none\nmax_age: 86400\n');
    const warnings = works('set_mta_sts_policy', 'domain=bob.example', 'mode=enforce');
    expect(warnings.join('\n')).toMatch(/Senders cannot read[^]*do not deliver there/);
    // The certificate of the website is self-signed.
    expect(read()).toBe('000');
    const files = ['crt', 'key', 'cab'].flatMap((name) => ['--file', `${name}=/root/${name}.pem`]);
    works('installssl', 'domain=bob.example', ...files);
    await until(() => read() !== '000');
    expect(read()).toBe(`${textOf('enforce')}200`);
    expect(dig('A', NAME)).toBe(dig('A', 'bob.example'));
    expect(dig('TXT', '_mta-sts.bob.example')).toMatch(/^"v=STSv1; id=\d{1,32};"$/);
    expect(read(NAME, PATH, '-o', '/dev/null', '-w', ' %{content_type} %{http_version} ')).toMatch(
      /^ text\/plain/,
    );
    const report = ['mode=enforce', 'report_address=tls@bob.example'];
    expect(works('set_mta_sts_policy', 'domain=bob.example', ...report)).toEqual([]);
    expect(dig('TXT', '_smtp._tls.bob.example')).toBe('"v=TLSRPTv1; rua=mailto:tls@bob.example"');
  });

  it('are what root has stored, whatever the account has in its home', () => {
    expect(read('bob.example')).toBe('version: STSv1\nmode: none\nmax_age: 86400\n200');
    for (const line of [
      'RewriteEngine On\nRewriteRule ^ /index.html [END]',
      `RedirectMatch 302 ^ https://evil.example/`,
      `Redirect 302 ${PATH} https://evil.example/`,
      'Require all denied',
      'ErrorDocument 404 /index.html',
      'SetHandler server-status',
      'ForceType text/html',
    ]) {
      put('bob', 'public_html/.htaccess', `${line}\n`);
      expect([line, read()]).toEqual([line, `${textOf('enforce')}200`]);
      expect([line, read(NAME, '/', '-o', '/dev/null')]).toEqual([line, '404']);
    }
    put('bob', 'public_html/.htaccess', '');
    for (const path of ['/index.html', `${PATH}/`, `${PATH}.bak`, '/.well-known/', `/x/..${PATH}x`])
      expect([path, read(NAME, path, '--path-as-is', '-o', '/dev/null')]).toEqual([path, '404']);
  });

  it('are not another account’s to obtain', () => {
    expect(as('eve', 'EmailAuth', 'set_mta_sts_policy', 'domain=bob.example', 'mode=none')).toMatch(
      /do not have an account/,
    );
    expect(as('eve', 'EmailAuth', 'remove_mta_sts_policy', 'domain=bob.example')).toMatch(
      /do not have an account/,
    );
    expect(as('eve', 'SubDomain', 'addsubdomain', 'domain=mta-sts', 'rootdomain=bob.example')).not.toBe('');
    expect(as('bob', 'SubDomain', 'addsubdomain', 'domain=mta-sts', 'rootdomain=bob.example')).toMatch(
      /serves the mail policy/,
    );
    for (const [name, ...words] of [
      ['createacct', 'username=mallory', `domain=${NAME}`, `password=${PASSWORD}`, 'force=1'],
      ['create_parked_domain_for_user', 'username=eve', `domain=${NAME}`, 'web_vhost_domain=eve.example'],
      ['modifyacct', 'user=eve', `DNS=${NAME}`],
    ] as const)
      expect(call(name, ...words).reason).toContain('serves the mail policy of “bob.example”');
    const file = `/var/lib/whmapi1-mta-sts/${NAME}.txt`;
    for (const script of [`echo x >${file}`, `mv ${file} /tmp`, 'touch /var/lib/whmapi1-mta-sts/x'])
      expect(machine.run('runuser', ['-u', 'eve', '--', 'bash', '-c', script]).status).not.toBe(0);
    put('eve', `public_html${PATH}`, 'the file of eve\n');
    expect(read('eve.example', PATH, '-k')).toBe('the file of eve\n200');
    // Whatever the name of the connection is, that of the request counts.
    const asked = read('eve.example', PATH, '-k', '-H', `Host: ${NAME}`);
    expect(asked).toMatch(/^version: STSv1\n[^]*200$|421$/);
    expect(read()).toBe(`${textOf('enforce')}200`);
  });

  it('are served while the account is suspended', async () => {
    works('suspendacct', 'user=bob');
    await until(() => suspension() === '503');
    expect(read()).toBe(`${textOf('enforce')}200`);
    works('unsuspendacct', 'user=bob');
    await until(() => suspension() === '200');
    expect(read()).toBe(`${textOf('enforce')}200`);
  });

  it('have another ID with each change, which does not reload Apache', async () => {
    const id = () => dig('TXT', '_mta-sts.bob.example');
    const before = id();
    machine.sh('journalctl --sync');
    const reloads = () => machine.sh('journalctl -u apache2 -o cat | grep -c "Reloaded" || true').trim();
    const count = reloads();
    expect(Number(count)).toBeGreaterThan(0);
    works('set_mta_sts_policy', 'domain=bob.example', 'mode=testing');
    expect(read()).toBe(`${textOf('testing')}200`);
    expect(id()).not.toBe(before);
    expect(reloads()).toBe(count);
  });

  it('follow a new name of the account and its domain, and go with it', async () => {
    works('modifyacct', 'user=bob', 'newuser=robert', 'DNS=robert.example');
    const name = 'mta-sts.robert.example';
    const insecure = () => read(name, PATH, '-k');
    await until(() => insecure() === `${textOf('testing', 'robert.example')}200`);
    expect(dig('TXT', '_mta-sts.robert.example')).toMatch(/STSv1/);
    works('remove_mta_sts_policy', 'domain=robert.example');
    expect(insecure()).not.toContain('STSv1');
    expect(dig('TXT', '_mta-sts.robert.example') + dig('A', name)).toBe('');
    works('set_mta_sts_policy', 'domain=robert.example', 'mode=testing');
    await until(() => insecure() === `${textOf('testing', 'robert.example')}200`);
    works('removeacct', 'username=robert');
    expect(insecure()).not.toContain('STSv1');
    expect(machine.sh('ls /var/lib/whmapi1-mta-sts')).toBe('');
  });
});
