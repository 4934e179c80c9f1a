// The certificates that mail and FTP present on a fresh Debian with the profile STANDARD: those of accounts at their names
// (SNI), and those of the services everywhere else.
import { readFileSync, writeFileSync } from 'node:fs';
import { Authority, type Wanted } from '../support/certificates.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { hostingRoot } from './prepared-roots.ts';
import { until } from './until.ts';

const PASSWORD = 'correct horse battery staple 7';
const SERVER = 'whmapi1-machine';
const PORTS = {
  ...{ imaps: '993', pop3s: '995', smtps: '465' },
  ...{ smtp: '25 -starttls smtp', submission: '587 -starttls smtp', sieve: '4190 -starttls sieve' },
};
const LOCAL_CONF = '/etc/dovecot/local.conf';
const FOLDER = '/etc/exim4/whmapi1/certificates';

describeOnMachine('certificates of mail, in this order', () => {
  let machine: Machine;
  let authority: Authority;

  beforeAll(async () => {
    machine = await bootMachine(await hostingRoot());
    authority = await Authority.root('Test Root');
    for (const username of ['bob', 'eve'])
      works('createacct', `username=${username}`, `domain=${username}.example`, `password=${PASSWORD}`);
    asBob('Email', 'add_pop', 'email=box', `password=${PASSWORD}`);
    await until(() => machine.sh('ss -Hltn sport = :465').trim() !== '');
  });
  afterAll(() => machine.stop());

  function call(name: string, ...words: string[]): { result: number; reason: string } {
    const { stdout } = machine.run('whmapi1', ['--output=json', name, ...words]);
    return (JSON.parse(stdout) as { metadata: { result: number; reason: string } }).metadata;
  }
  function works(name: string, ...words: string[]): void {
    const { result, reason } = call(name, ...words);
    expect([name, result === 1 ? '' : reason]).toEqual([name, '']);
  }
  function asBob(...words: string[]): void {
    const { stdout } = machine.run('uapi', ['--output=json', '--user=bob', ...words]);
    const { result } = JSON.parse(stdout) as { result: { errors: string[] | null } };
    expect([words, result.errors]).toEqual([words, null]);
  }
  /** Its files as options. */
  async function filesOf(wanted: Wanted, chain: string): Promise<string[]> {
    const { crt, key } = await authority.issue({ until: '2030-01-01', ...wanted });
    const files = { crt, key, [chain]: authority.crt };
    return Object.entries(files).flatMap(([name, text]) => {
      writeFileSync(machine.path(`/root/${name}.pem`), text);
      return ['--file', `${name}=/root/${name}.pem`];
    });
  }
  const install = async (domain: string, wanted: Wanted) =>
    call('installssl', `domain=${domain}`, ...(await filesOf(wanted, 'cab')));
  const installFor = async (service: string, commonName: string) =>
    works(
      'install_service_ssl_certificate',
      `service=${service}`,
      ...(await filesOf({ domains: [SERVER], commonName }, 'cabundle')),
    );
  /** The common name of the certificate that a client gets who asks for the name. Empty: the connection failed. */
  function subject(words: string, name?: string): string {
    const asked = name === undefined ? ['-noservername'] : ['-servername', name];
    const connect = ['s_client', ...asked, '-connect', ...`127.0.0.1:${words}`.split(' ')];
    const { stdout } = machine.run('timeout', ['20', 'openssl', ...connect], { input: '' });
    return /^subject=CN ?= ?(.+)$/m.exec(stdout)?.[1] ?? '';
  }
  const subjects = (name?: string) =>
    Object.fromEntries(Object.entries(PORTS).map(([port, words]) => [port, subject(words, name)]));
  const everywhere = (commonName: string) =>
    Object.fromEntries(Object.keys(PORTS).map((port) => [port, commonName]));
  const processes = () => machine.sh('systemctl show -p MainPID --value exim4 dovecot');

  it('each name has that of its account, and all others have that of the server', async () => {
    const names = ['bob.example', 'mail.bob.example'];
    expect(await install('bob.example', { domains: names, commonName: 'Bob' })).toMatchObject({ result: 1 });
    // It says more than what is the account’s.
    const greedy = ['eve.example', 'mail.eve.example', ...names, 'www.bob.example', SERVER, 'x.example'];
    expect(await install('eve.example', { domains: greedy, commonName: 'Eve' })).toMatchObject({ result: 1 });
    for (const name of names) expect([name, subjects(name)]).toEqual([name, everywhere('Bob')]);
    expect(subjects('MAIL.Eve.Example')).toEqual(everywhere('Eve'));
    for (const name of ['www.bob.example', SERVER, 'x.example', undefined])
      expect([name, subjects(name)]).toEqual([name, everywhere(SERVER)]);
  });

  it('only root and Exim read the keys', () => {
    expect(machine.sh(`stat -c %U:%G:%a ${FOLDER} ${FOLDER}/bob.example`)).toBe(
      'root:Debian-exim:750\nroot:Debian-exim:640\n',
    );
    expect(machine.run('runuser', ['-u', 'eve', '--', 'cat', `${FOLDER}/bob.example`]).status).not.toBe(0);
  });

  it('a name that is none is harmless', () => {
    const before = processes();
    for (const name of [
      ...['../server.pem', '../server', '..', '.', '/', 'x/../bob.example', 'bob.example/', '*', ' '],
      ...[
        'a'.repeat(250),
        '${run{/bin/id}}',
        '$tls_in_sni',
        '%{local_name}',
        'bob.example\u0001',
        'bob.example%00',
      ],
      ...['bob.example\nx', '"', '-noservername'],
    ])
      for (const port of [PORTS.imaps, PORTS.smtps])
        expect([name, port, ['', SERVER]]).toEqual([
          name,
          port,
          expect.arrayContaining([subject(port, name)]) as string[],
        ]);
    expect(processes()).toBe(before);
    expect(machine.run('cat', ['/var/log/exim4/paniclog']).stdout).toBe('');
    expect(subject(PORTS.smtps, 'bob.example')).toBe('Bob');
  });

  it('a session goes on while certificates are replaced, and new ones get the new certificate at once', async () => {
    const session = `
      { echo 'a LOGIN box@bob.example "${PASSWORD}"'; while ! [ -e /root/replaced ]; do sleep 0.1; done
        echo 'b SELECT INBOX'; echo 'c LOGOUT'
        timeout 300 bash -c 'until grep -q "^c " /root/session; do sleep 0.1; done'; } |
      openssl s_client -quiet -servername mail.bob.example -connect 127.0.0.1:993 >/root/session 2>/dev/null`;
    machine.run('systemd-run', ['--unit=session', 'bash', '-c', session]);
    const replies = () => machine.sh('cat /root/session 2>/dev/null || true');
    await until(() => /^a /m.test(replies()));
    expect(replies()).toMatch(/^a OK/m);
    for (const commonName of ['Bob 2', 'Bob 3']) {
      await install('bob.example', { domains: ['bob.example', 'mail.bob.example'], commonName });
      expect(subjects('mail.bob.example')).toEqual(everywhere(commonName));
    }
    machine.sh('touch /root/replaced');
    await until(() => /^[bc] (?:NO|BAD)|^c OK/m.test(replies()));
    expect(replies()).toMatch(/^b OK[^]*^c OK/m);
  });

  it('an installation is undone if Dovecot would not accept it, and a removal succeeds all the same', async () => {
    writeFileSync(machine.path(LOCAL_CONF), 'nonsense {\n');
    const { result, reason } = await install('bob.example', {
      domains: ['bob.example'],
      commonName: 'Bob 4',
    });
    expect([result, reason]).toEqual([0, expect.stringContaining('nonsense')]);
    expect(subjects('mail.bob.example')).toEqual(everywhere('Bob 3'));
    works('removeacct', 'username=eve');
    machine.sh(`rm ${LOCAL_CONF}; systemctl reload dovecot`);
    expect(subjects('eve.example')).toEqual(everywhere(SERVER));
  });

  it('a name that becomes a domain of somebody else is no longer served', () => {
    works('createacct', 'username=ann', 'domain=mail.bob.example', `password=${PASSWORD}`);
    expect(subjects('mail.bob.example')).toEqual(everywhere(SERVER));
    expect(subjects('bob.example')).toEqual(everywhere('Bob 3'));
    works('removeacct', 'username=ann');
  });

  it('follows a removed certificate and a removed account', () => {
    asBob('SSL', 'delete_ssl', 'domain=bob.example');
    expect(subjects('bob.example')).toEqual(everywhere(SERVER));
    expect(machine.sh(`ls ${FOLDER} /etc/dovecot/whmapi1-names | grep -c bob || true`)).toBe('0\n');
  });

  it('services have certificates of their own, and otherwise that of whmapi1d', async () => {
    await installFor('exim', 'Mail');
    expect(subjects()).toEqual(everywhere('Mail'));
    await installFor('dovecot', 'Dovecot');
    expect([subject(PORTS.imaps), subject(PORTS.smtps)]).toEqual(['Dovecot', 'Mail']);
    await installFor('ftp', 'FTP');
    expect(subject('21 -starttls ftp')).toBe('FTP');
    // The configuration checks pass with them.
    machine.sh('systemctl restart exim4 dovecot proftpd');
    await until(() => [PORTS.smtps, '21 -starttls ftp'].every((port) => subject(port) !== ''));
    expect([subject(PORTS.imaps), subject(PORTS.smtps), subject('21 -starttls ftp')]).toEqual([
      ...['Dovecot', 'Mail', 'FTP'],
    ]);
    await installFor('cpanel', 'API');
    for (const service of ['exim', 'ftp']) works('reset_service_ssl_certificate', `service=${service}`);
    expect([subject(PORTS.smtps), subject('21 -starttls ftp')]).toEqual(['API', 'API']);
    expect(readFileSync(machine.path('/etc/exim4/whmapi1/server.pem'), 'utf8')).toMatch(/^-----BEGIN/);
  });
});
