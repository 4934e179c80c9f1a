// Settings of services: those of Dovecot. What doveconf says is tested where it is installed; a Dovecot that runs, in
// tests/machine/services.test.ts.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { catalogue } from '../../src/capabilities/system/driver/dovecot-settings/catalogue.ts';
import {
  parseDoveconf,
  parseSettings,
  renderSettings,
} from '../../src/capabilities/system/driver/dovecot-settings/render.ts';
import { Installation, reseller } from '../support/installation.ts';
import { describeWith, itWith } from '../support/require-tool.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const file = () => join(here.state, 'root/etc/dovecot/conf.d/99-whmapi1.conf');
const written = () => readFileSync(file(), 'utf8');
const set = (key: string, value: string) =>
  here.call('set_service_config_key', { service: 'dovecot', key, value });
const get = async (key: string) =>
  (await here.call('get_service_config_key', { service: 'dovecot', key })).data?.[key];

describe('set_service_config_key', () => {
  it('writes the setting for each service of Dovecot that it is about', async () => {
    expect((await set('mail_process_size', '512')).metadata).toMatchObject({ result: 1 });
    expect(written()).toContain(
      'service imap {\n  vsz_limit = 512 M\n}\nservice pop3 {\n  vsz_limit = 512 M\n}\n',
    );
    expect(await get('mail_process_size')).toBe('512');
  });

  it('keeps the others', async () => {
    await set('protocols', 'POP3, imap');
    await set('auth_cache_size', '8');
    await set('auth_cache_size', '1m');
    expect(await get('protocols')).toBe('imap pop3');
    expect(await get('auth_cache_size')).toBe('1M');
    expect(written()).toContain('protocols {\n  lmtp = no\n}\n');
    expect(written()).toContain('\nauth_cache_size = 1 M\n');
    expect(written()).not.toContain('8 M');
  });

  it('shows the difference in a dry run, and changes nothing', async () => {
    const value = { service: 'dovecot', key: 'ipv6', value: 'no' };
    const { metadata } = await here.call('set_service_config_key', value, { dryRun: true });
    expect(JSON.stringify(metadata)).toContain('+listen = *');
    expect(existsSync(file())).toBe(false);
  });

  it.each([
    [
      'mail_process_size',
      '512M',
      'The value of “mail_process_size” must be a whole number from 16 to 1048576 (MiB).',
    ],
    [
      'auth_cache_ttl',
      '-1',
      'The value of “auth_cache_ttl” must be a whole number from 0 to 2592000 (seconds).',
    ],
    ['ssl_min_protocol', 'SSLv3', 'The value of “ssl_min_protocol” must be TLSv1.2 or TLSv1.3.'],
    ['protocols', 'imap smtp', 'The value of “protocols” must be one or more of imap, pop3, lmtp.'],
    [
      'ssl_cipher_list',
      'HIGH } log_path = /etc/passwd',
      'The value of “ssl_cipher_list” must be a list of ciphers as in ciphers(1ssl), without spaces.',
    ],
  ])('refuses %s=%j', async (key, value, reason) => {
    const { metadata } = await set(key, value);
    expect(metadata.error_code).toBe('bad_param');
    expect(metadata.reason).toBe(reason);
    expect(existsSync(file())).toBe(false);
  });

  it('refuses a list without a known cipher, and changes nothing', async () => {
    await set('ssl_cipher_list', 'HIGH:!aNULL');
    const { metadata } = await set('ssl_cipher_list', 'NOSUCHCIPHER');
    expect(metadata).toMatchObject({
      result: 0,
      error_code: 'bad_param',
      reason: 'OpenSSL knows no cipher of the list “NOSUCHCIPHER”. “openssl ciphers -v” lists them.',
    });
    expect(await get('ssl_cipher_list')).toBe('HIGH:!aNULL');
  });

  it('says why a setting of WHM is not available, and which unknown one was meant', async () => {
    expect((await set('ssl_protocols', 'TLSv1.2')).metadata.reason).toBe(
      'The setting “ssl_protocols” of Dovecot is not available on this server. Dovecot 2.4 has no list of versions. Set ' +
        'ssl_min_protocol.',
    );
    expect((await set('expire_trash', '1')).metadata.reason).toMatch(/does not manage yet\.$/);
    expect((await set('mail_proces_size', '1')).metadata.reason).toMatch(
      / Did you mean “mail_process_size” or /,
    );
    expect((await set('constructor', '1')).metadata.reason).toMatch(/^There is no setting “constructor”/);
  });

  it('does not overwrite a file that was edited by hand', async () => {
    await set('ipv6', 'no');
    writeFileSync(file(), `${written()}mail_debug = yes\n`);
    const { metadata } = await set('ipv6', 'yes');
    expect(metadata.reason).toMatch(/99-whmapi1\.conf” was edited by hand, so it is not overwritten\./);
    expect(written()).toContain('mail_debug = yes');
  });

  it('is for root, and knows only dovecot', async () => {
    const args = { service: 'dovecot', key: 'ipv6', value: 'no' };
    const { metadata } = await here.call('set_service_config_key', args, { as: reseller('rita') });
    expect(metadata.error_code).toBe('denied');
    const other = await here.call('set_service_config_key', { ...args, service: 'exim' });
    expect(other.metadata).toMatchObject({ error_code: 'bad_param' });
  });
});

describe('get_service_config', () => {
  const all = async () => (await here.call('get_service_config', { service: 'dovecot' })).data;

  it('has every setting: those that were set, and Dovecot’s own defaults', async () => {
    await set('imap_hibernate_timeout', '30');
    const found = (await all()) ?? {};
    expect(Object.keys(found)).toEqual(Object.keys(catalogue));
    expect(found).toMatchObject({ imap_hibernate_timeout: '30', max_mail_processes: '1024', ipv6: 'yes' });
  });

  it('ignores lines that are not valid settings', async () => {
    mkdirSync(join(file(), '..'), { recursive: true });
    writeFileSync(file(), '# auth_cache_ttl: forever\n# constructor: 1\n# ipv6: no\n');
    expect(await all()).toMatchObject({ auth_cache_ttl: '3600', ipv6: 'no' });
  });

  it('is for root', async () => {
    const { metadata } = await here.call(
      'get_service_config',
      { service: 'dovecot' },
      { as: reseller('rita') },
    );
    expect(metadata.error_code).toBe('denied');
  });
});

describe('get_service_config_key', () => {
  it('names the unknown setting', async () => {
    const { metadata } = await here.call('get_service_config_key', { service: 'dovecot', key: 'ipv5' });
    expect(metadata.error_code).toBe('bad_param');
    expect(metadata.reason).toMatch(/^There is no setting “ipv5” of Dovecot\. Did you mean “ipv6”\?/);
  });
});

/** A value of each setting that differs from Dovecot’s default. */
const others: Readonly<Record<string, string>> = {
  ...{ protocols: 'imap', ipv6: 'no', disable_plaintext_auth: 'no', ssl_min_protocol: 'TLSv1.3' },
  ...{ ssl_cipher_list: 'ECDHE+AESGCM:!aNULL', max_mail_processes: '77', mail_process_size: '2048' },
  ...{ imap_idle_notify_interval: '29', imap_hibernate_timeout: '90', mailbox_idle_check_interval: '60' },
  ...{ login_processes_count: '4', login_max_processes_count: '120', login_process_size: '100' },
  ...{ login_process_per_connection: 'no', auth_cache_size: '1536K', auth_cache_ttl: '7200' },
  ...{ auth_cache_negative_ttl: '0', lmtp_process_limit: '55', lmtp_process_min_avail: '2' },
  ...{ lmtp_user_concurrency_limit: '3' },
};

describeWith(['doveconf'], 'doveconf', () => {
  const VERSIONS = 'dovecot_config_version = 2.4.0\ndovecot_storage_version = 2.4.0\n';
  const names = [...new Set(Object.values(catalogue).flatMap(({ sources }) => sources))];
  const ask = (configuration: string, options: readonly string[] = []) => {
    const path = join(here.directory, 'dovecot.conf');
    writeFileSync(path, VERSIONS + configuration);
    const words = [...options, '-c', path, ...names];
    const { stdout, stderr, status } = spawnSync('doveconf', words, { encoding: 'utf8' });
    expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
    const printed = parseDoveconf(stdout);
    return Object.fromEntries(
      Object.entries(catalogue).map(([key, { sources, read, form }]) => {
        const text = sources.map((source) => printed.get(source)).find((one) => one !== undefined);
        return [key, text === undefined ? undefined : (read ?? form.parse)(text)];
      }),
    );
  };

  it('reads every setting as it was set', () => {
    expect(ask(renderSettings(others) ?? '')).toEqual(others);
  });

  it('shows settings in blocks', () => {
    const path = join(here.directory, 'dovecot.conf');
    const tls = 'ssl_server_cert_file = /etc/a.pem\nssl_server_key_file = /etc/b.pem\n';
    writeFileSync(path, `${VERSIONS}${tls}protocols {\n  imap = yes\n  pop3 = no\n}\n`);
    const words = ['-c', path, 'ssl_server/cert_file', 'ssl_server/key_file', 'protocols'];
    const { stdout } = spawnSync('doveconf', words, { encoding: 'utf8' });
    expect(Object.fromEntries(parseDoveconf(stdout))).toMatchObject({
      ...{ 'ssl_server/cert_file': '/etc/a.pem', 'ssl_server/key_file': '/etc/b.pem', protocols: 'imap' },
    });
  });

  it('has the defaults of the catalogue', () => {
    const defaults = ask('', ['-d']);
    for (const [key, value] of Object.entries(defaults)) {
      // The list of protocols is Debian’s, not Dovecot’s.
      if (value !== undefined && key !== 'protocols')
        expect({ [key]: value }).toEqual({ [key]: catalogue[key]?.initial });
    }
    expect(Object.values(defaults).filter((one) => one === undefined).length).toBeLessThan(3);
  });
});

it('no value that is accepted can add a line', () => {
  const anyKey = fc.constantFrom(...Object.keys(catalogue));
  fc.assert(
    fc.property(
      anyKey,
      fc.oneof(fc.string(), fc.constantFrom('1\n}', 'yes # x', 'HIGH"', '${x}')),
      (key, value) => {
        const accepted = catalogue[key]?.form.accept(value);
        if (accepted === undefined) return;
        const text = renderSettings({ [key]: accepted }) ?? '';
        expect(parseSettings(text)).toEqual({ [key]: accepted });
        expect(accepted).toMatch(/^[\w:!+@=. -]+$/);
      },
    ),
  );
});

itWith(['doveconf'], 'the file of a sandbox is checked by doveconf', async () => {
  for (const [key, value] of Object.entries(others)) {
    expect({ key, ...(await set(key, value)).metadata }).toMatchObject({ key, result: 1 });
  }
  expect(Object.fromEntries(Object.entries(others).sort())).toEqual(
    Object.fromEntries(
      Object.entries((await here.call('get_service_config', { service: 'dovecot' })).data ?? {}).sort(),
    ),
  );
});

describe('remove_in_progress_exim_config_edit', () => {
  const folder = () => join(here.state, 'root/etc/exim4');
  const call = () => here.call('remove_in_progress_exim_config_edit');

  it('removes the files of an interrupted change, and nothing else', async () => {
    const names = ['.whmapi1-0123456789abcdef', 'conf.d/main/.whmapi1-fedcba9876543210'];
    const others = ['exim4.conf', 'conf.d/main/01_options', '.whmapi1-notes', 'conf.d/.exim4.conf.swp'];
    mkdirSync(join(folder(), 'conf.d/main'), { recursive: true });
    for (const name of [...names, ...others]) writeFileSync(join(folder(), name), name);
    const { metadata } = await call();
    expect(metadata).toMatchObject({ result: 1, reason: 'Removed OK' });
    expect(metadata.output?.messages).toEqual([
      '“/etc/exim4/.whmapi1-0123456789abcdef” is removed.',
      '“/etc/exim4/conf.d/main/.whmapi1-fedcba9876543210” is removed.',
    ]);
    expect(names.filter((name) => existsSync(join(folder(), name)))).toEqual([]);
    expect(others.filter((name) => existsSync(join(folder(), name)))).toEqual(others);
  });

  it('succeeds if there is none, and says so', async () => {
    const { metadata } = await call();
    expect(metadata).toMatchObject({ result: 1, reason: 'Removed OK' });
    expect(metadata.output?.messages).toEqual(['There is no unfinished change of Exim’s configuration.']);
  });

  it('is for root', async () => {
    const { metadata } = await here.call('remove_in_progress_exim_config_edit', {}, { as: reseller('rita') });
    expect(metadata.error_code).toBe('denied');
  });
});
