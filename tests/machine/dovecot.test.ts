// Dovecot on a booted Debian: its settings and its certificate, as doveconf, its ports and openssl see them. And a script
// hook there.
import { writeFileSync } from 'node:fs';
import { Authority, type Issued } from '../support/certificates.ts';
import { describeOnMachine } from './describe-on-machine.ts';
import { bootMachine, type Machine } from './machine.ts';
import { installedRoot } from './prepared-roots.ts';
import { until } from './until.ts';

interface Envelope {
  readonly metadata: {
    readonly result: number;
    readonly reason: string;
    readonly error_code?: string;
    readonly output?: { readonly warnings?: readonly string[] };
  };
  readonly data?: Readonly<Record<string, unknown>>;
}

const OWN = '/etc/dovecot/conf.d/99-whmapi1.conf';

/** A call of root to whmapi1d, which systemd confines. */
function overHttps(machine: Machine, token: string, call: string): Envelope {
  const script = `
    const options = { rejectUnauthorized: false, headers: { Authorization: process.argv[2] } };
    require('node:https').get(process.argv[1], options, (response) => response.pipe(process.stdout));
  `;
  const words = ['-e', script, `https://127.0.0.1:2087/json-api/${call}`, `whm root:${token}`];
  return JSON.parse(machine.run('node', words).stdout) as Envelope;
}

describeOnMachine('Dovecot', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await installedRoot());
  });
  afterAll(() => machine.stop());

  function call(name: string, ...words: string[]): Envelope {
    return JSON.parse(machine.run('whmapi1', ['--output=json', name, ...words]).stdout) as Envelope;
  }
  const set = (key: string, value: string) =>
    call('set_service_config_key', 'service=dovecot', `key=${key}`, `value=${value}`).metadata;
  const get = (key: string) => call('get_service_config_key', 'service=dovecot', `key=${key}`);
  const pid = () => machine.sh('systemctl show --property=MainPID --value dovecot').trim();
  const isActive = () => machine.run('systemctl', ['is-active', 'dovecot']).stdout.trim() === 'active';
  const listens = (port: number) => machine.sh(`ss -Hltn sport = :${port}`).trim() !== '';
  const install = ({ crt, key }: Issued, chain: string) => {
    for (const [name, text] of Object.entries({ crt, key, chain })) {
      writeFileSync(machine.path(`/root/${name}.pem`), text);
    }
    const files = ['crt=/root/crt.pem', 'key=/root/key.pem', 'cabundle=/root/chain.pem'];
    return call(
      'install_service_ssl_certificate',
      'service=dovecot',
      ...files.flatMap((one) => ['--file', one]),
    );
  };
  /** The subjects that IMAP over TLS shows. */
  const served = () =>
    [
      ...machine
        .sh('openssl s_client -connect 127.0.0.1:993 -showcerts </dev/null 2>/dev/null || true')
        .matchAll(/^ *\d+ s:CN ?= ?(.+)$/gm),
    ].map(([, name]) => name);

  const servedPem = (port = 993) =>
    machine.sh(`openssl s_client -connect 127.0.0.1:${port} </dev/null 2>/dev/null | openssl x509`);

  it('has no settings before it is installed', () => {
    expect(set('mail_process_size', '512')).toMatchObject({
      ...{ result: 0, reason: 'Dovecot is not installed on this server.' },
    });
    const { metadata, data } = get('mail_process_size');
    expect(data).toEqual({ mail_process_size: '256' });
    expect(metadata.output?.warnings).toEqual([
      '“dovecot” is not installed on this server. These are the defaults that it would have.',
    ]);
    const { metadata: reset } = call('reset_service_ssl_certificate', 'service=dovecot');
    expect(reset).toMatchObject({ result: 0, error_code: 'not_found' });
  });

  it('loads a setting without a restart, and doveconf shows it', () => {
    // Debian asks about each of its configuration files, which takes long.
    machine.sh(
      'apt-get install -y -q --no-install-recommends dovecot-core dovecot-imapd dovecot-pop3d openssl',
      {
        ...{ env: { DEBIAN_FRONTEND: 'noninteractive' }, timeoutMs: 600_000 },
      },
    );
    machine.sh('systemctl start dovecot');
    const before = pid();
    expect(set('mail_process_size', '512')).toMatchObject({ result: 1 });
    expect(machine.sh('doveconf service/imap/vsz_limit service/pop3/vsz_limit')).toContain(
      'vsz_limit = 512 M',
    );
    expect(get('mail_process_size').data).toEqual({ mail_process_size: '512' });
    expect([pid(), isActive()]).toEqual([before, true]);
  });

  it('stops to serve a protocol, and serves it again', async () => {
    expect([listens(143), listens(110)]).toEqual([true, true]);
    expect(set('protocols', 'imap')).toMatchObject({ result: 1 });
    await until(() => !listens(110) && listens(143));
    expect(get('protocols').data).toEqual({ protocols: 'imap' });
    expect(set('protocols', 'imap pop3')).toMatchObject({ result: 1 });
    await until(() => listens(110));
    expect(set('protocols', 'imap pop3 lmtp').reason).toBe(
      'Dovecot cannot serve “lmtp” before its package is installed: apt-get install dovecot-lmtpd',
    );
    expect([get('protocols').data, isActive()]).toEqual([{ protocols: 'imap pop3' }, true]);
  });

  it('shows what another file sets, and says so if that overrides the setting', () => {
    machine.sh("echo 'auth_cache_ttl = 5 mins' >/etc/dovecot/conf.d/zz.conf");
    expect(get('auth_cache_ttl').data).toEqual({ auth_cache_ttl: '300' });
    const file = machine.sh(`cat ${OWN}`);
    expect(set('auth_cache_ttl', '7200').reason).toMatch(
      /^Another file of \/etc\/dovecot overrides “auth_cache_ttl”/,
    );
    expect(machine.sh(`cat ${OWN}`)).toBe(file);
    machine.sh("echo 'nonsense = 1' >/etc/dovecot/conf.d/zz.conf");
    expect(set('auth_cache_ttl', '7200').reason).toMatch(/zz\.conf line 1: nonsense: Unknown setting/);
    machine.sh('rm /etc/dovecot/conf.d/zz.conf');
    expect([machine.sh(`cat ${OWN}`), isActive()]).toEqual([file, true]);
  });

  it('accepts settings while it is stopped, and has them when it starts', () => {
    machine.sh('systemctl stop dovecot');
    expect(set('ipv6', 'no')).toMatchObject({ result: 1 });
    machine.sh('systemctl start dovecot');
    expect(machine.sh('ss -Hltn sport = :143')).not.toContain('[::]');
  });

  it('serves an installed certificate with its chain, and then a self-signed one', async () => {
    const root = await Authority.root('Root');
    const below = await root.intermediate('Below');
    const validity = new Date(Date.now() + 86_400_000).toISOString();
    const issued = await below.issue({ domains: ['imap.example.com'], until: validity });
    expect(install(issued, below.crt).metadata).toMatchObject({ result: 1, reason: 'OK' });
    await until(() => served().join() === 'imap.example.com,Below');
    const all = call('fetch_service_ssl_components').data?.services as {
      service: string;
      certificate: string;
    }[];
    expect(all.find(({ service }) => service === 'dovecot')?.certificate).toBe(issued.crt);
    expect(all.map(({ service }) => service)).toEqual(['dovecot', 'cpanel']);
    const reset = call('reset_service_ssl_certificate', 'service=dovecot');
    expect(reset.metadata).toMatchObject({ result: 1, reason: 'OK' });
    await until(() => servedPem() === reset.data?.certificate);
    expect(machine.sh('ls /etc/ssl/whmapi1/services').trim().split('\n')).toHaveLength(1);
    expect(isActive()).toBe(true);
  });

  it('and whmapi1d itself get settings and certificates from the confined server', async () => {
    const token = call('api_token_create', 'token_name=web').data?.token as string;
    const set6 = 'set_service_config_key?api.version=1&service=dovecot&key=ipv6&value=yes';
    expect(overHttps(machine, token, set6).metadata).toMatchObject({ result: 1, reason: 'OK' });
    await until(() => machine.sh('ss -Hltn sport = :143').includes('[::]'));
    const reset = (service: string) =>
      overHttps(machine, token, `reset_service_ssl_certificate?api.version=1&service=${service}`);
    const forDovecot = reset('dovecot');
    expect(forDovecot.metadata).toMatchObject({ result: 1, reason: 'OK' });
    await until(() => servedPem() === forDovecot.data?.certificate);
    const before = machine.sh('systemctl show --property=MainPID --value whmapi1d');
    const own = reset('cpanel');
    expect(own.metadata).toMatchObject({ result: 1, reason: 'OK' });
    expect(servedPem(2087)).toBe(own.data?.certificate);
    expect(machine.sh('systemctl show --property=MainPID --value whmapi1d')).toBe(before);
  });
});

describeOnMachine('a script hook', () => {
  let machine: Machine;

  beforeAll(async () => {
    machine = await bootMachine(await installedRoot());
  });
  afterAll(() => machine.stop());

  it('refuses a createacct by whmapi1d, and the system has no such user', () => {
    machine.sh(`
      printf '#!/bin/sh\\ngrep -q bob.example || exit 0\\necho "BAILOUT closed for today"\\n' >/usr/local/sbin/refuse
      chmod 755 /usr/local/sbin/refuse
      whmapi1 --hook add script /usr/local/sbin/refuse --manual --category Whostmgr --event Accounts::Create \\
        --stage pre --blocking 1
    `);
    const { stdout } = machine.run('whmapi1', ['--output=json', 'api_token_create', 'token_name=hooks']);
    const { data } = JSON.parse(stdout) as { data: { token: string } };
    const create = (user: string) =>
      overHttps(machine, data.token, `createacct?api.version=1&username=${user}&domain=${user}.example`)
        .metadata;
    expect(create('bob')).toMatchObject({
      ...{ result: 0, error_code: 'hook_refused' },
      reason: 'The script hook “/usr/local/sbin/refuse” refused the call: closed for today',
    });
    expect(machine.run('getent', ['passwd', 'bob']).status).toBe(2);
    expect(create('eve')).toMatchObject({ result: 1 });
    expect(machine.run('getent', ['passwd', 'eve']).status).toBe(0);
    expect(machine.run('whmapi1', ['--hook', 'delete', 'script', '/usr/local/sbin/refuse']).status).toBe(0);
    expect(create('bob')).toMatchObject({ result: 1 });
  });
});
