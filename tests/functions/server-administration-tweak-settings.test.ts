import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { catalogue } from '../../src/capabilities/settings/rules/catalogue.ts';
import { exim as eximSettings } from '../../src/capabilities/settings/rules/catalogue-exim.ts';
import { mail as mailSettings } from '../../src/capabilities/settings/rules/catalogue-mail.ts';
import { Installation, reseller } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';
import { ServiceWatch } from '../../src/worker/service-watch.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation();
});
afterEach(() => here.remove());

const get = async (key: string, module = 'Main') =>
  (await here.call('get_tweaksetting', { key, module })).data;
const set = async (key: string, value: string, module = 'Main') =>
  (await here.call('set_tweaksetting', { key, value, module })).metadata;
const warningsOf = (metadata: object) => (metadata as { output?: { warnings?: string[] } }).output?.warnings;

describe('the catalogue', () => {
  it('has a valid default for each key', async () => {
    for (const [key, { module, default: value, meaning }] of Object.entries(catalogue)) {
      if (key === 'HOST' || key === 'ADDR') continue;
      expect(meaning).toMatch(/^[A-Z0-9].*\.$/);
      expect([key, (await set(key, value, module)).reason]).toEqual([key, 'OK']);
      expect(await get(key, module)).toEqual({ tweaksetting: { key, value } });
    }
  });

  it('has the keys that scripts set', () => {
    const keys =
      'phploader php_upload_max_filesize php_post_max_size maxemailsperhour skipboxtrapper resetpass resetpass_sub ' +
      'referrersafety referrerblanksafety cgihidepass publichtmlsubsonly proxysubdomainsoverride ' +
      'mycnf_auto_adjust_maxallowedpacket mycnf_auto_adjust_openfiles_limit mycnf_auto_adjust_innodb_buffer_pool_size ' +
      'allowremotedomains allowunregistereddomains chkservd_check_interval jaildefaultshell jailapache apache_port ' +
      'apache_ssl_port skipparentcheck requiressl smtpmailgidonly skipspamassassin disable-php-as-reseller-security ' +
      'display_cpanel_promotions allow_deprecated_accesshash debughooks account_login_access cookieipvalidation xframecpsrvd';
    for (const key of keys.split(' ')) expect(catalogue[key]?.module).toBe('Main');
  });
});

describe('get_tweaksetting', () => {
  it('returns the default until a value is set, as text', async () => {
    expect(await get('chkservd_check_interval')).toEqual({
      tweaksetting: { key: 'chkservd_check_interval', value: '300' },
    });
    await set('chkservd_check_interval', '060');
    expect(await get('chkservd_check_interval')).toMatchObject({ tweaksetting: { value: '60' } });
  });

  it('shows the values of the machine', async () => {
    expect(await get('HOST', 'Basic')).toMatchObject({ tweaksetting: { value: 'server.example.com' } });
    expect(await get('ADDR', 'Basic')).toMatchObject({ tweaksetting: { value: '192.0.2.1' } });
  });

  it.each([
    ['chkservd_chek_interval', 'Main', 'Did you mean “chkservd_check_interval”?'],
    ['chkservd_check_interval', 'Mail', 'It is one of the module Main: use module=Main.'],
    ['toString', 'Main', 'has no setting “toString”.'],
    ['qqqqqqqqqqqqqqqqqqqqqqqq', 'Main', '--search'],
    ['acl_spamcop_rb', 'Main', '“acl_spamcop_rbl” (module=Mail)'],
  ])('rejects %s of the module %s', async (key, module, hint) => {
    const { metadata } = await here.call('get_tweaksetting', { key, module });
    expect(metadata.error_code).toBe('bad_param');
    expect(metadata.reason).toContain(`The module ${module} of Tweak Settings has no setting “${key}”.`);
    expect(metadata.reason).toContain(hint);
  });

  it('is for root only', async () => {
    const as = { as: reseller('rita', 'status') };
    for (const command of ['get_tweaksetting', 'set_tweaksetting'])
      expect((await here.call(command, { key: 'NS', module: 'Basic' }, as)).metadata.error_code).toBe(
        'denied',
      );
  });
});

describe('set_tweaksetting', () => {
  it('stores settings that nothing depends on, and says so', async () => {
    const metadata = await set('phploader', 'sourceguardian,ioncube');
    expect(warningsOf(metadata)).toEqual([
      '“phploader” is stored, but nothing on this server depends on it.',
    ]);
    expect(await get('phploader')).toMatchObject({ tweaksetting: { value: 'sourceguardian,ioncube' } });
  });

  it.each([
    [
      'srs',
      '0',
      'Mail',
      '“srs” is always “1” on this server: forwarded mail always gets a sender of this server.',
    ],
    ['smarthost_routelist', '* mx.example', 'Mail', '“smarthost_routelist” is always empty on this server: '],
    ['skipboxtrapper', '0', 'Main', '“skipboxtrapper” is always “1” on this server: it has no BoxTrapper'],
  ])('refuses %s=%s, which this server cannot do', async (key, value, module, reason) => {
    const metadata = await set(key, value, module);
    expect([metadata.error_code, metadata.reason]).toEqual(['bad_param', expect.stringContaining(reason)]);
    const present = await get(key, module);
    for (const same of [(present?.tweaksetting as { value: string }).value, '']) {
      const answer = await set(key, same, module);
      expect([answer.reason, warningsOf(answer)]).toEqual(['OK', undefined]);
    }
    expect(await get(key, module)).toEqual(present);
  });

  it('every setting for mail acts or is fixed', () => {
    const others = Object.entries({ ...mailSettings, ...eximSettings })
      .filter(([, { acts, fixed }]) => (acts === true) === (fixed !== undefined))
      .map(([key]) => key);
    expect(others).toEqual([]);
  });

  it('clears a key without a value', async () => {
    await set('maxemailsperhour', '200');
    expect((await here.call('set_tweaksetting', { key: 'maxemailsperhour' })).metadata.result).toBe(1);
    expect(await get('maxemailsperhour')).toMatchObject({ tweaksetting: { value: '' } });
  });

  it.each([
    ['resetpass', 'yes', 'Main', '1 or 0'],
    ['chkservd_check_interval', '1', 'Main', 'a whole number from 5 to 86400'],
    ['chkservd_check_interval', '1e3', 'Main', 'a whole number from 5 to 86400'],
    ['cookieipvalidation', 'lax', 'Main', '“strict”, “loose” or “disabled”'],
    ['apache_port', '0.0.0.0:65536', 'Main', 'an address and a port, such as 0.0.0.0:80'],
    ['VFILTERDIR', '/etc/../root', 'Main', 'an absolute path'],
    ['NS', 'ns1', 'Basic', 'a domain such as example.com'],
    ['spam_header', '\u202eSPAM', 'Mail', 'text on one line, without control characters'],
  ])('rejects %s=%s', async (key, value, module, expected) => {
    const before = await get(key, module);
    const { error_code, reason } = await set(key, value, module);
    expect(error_code).toBe('bad_param');
    expect(reason).toContain(`The value of “${key}” should be ${expected}`);
    expect(await get(key, module)).toEqual(before);
  });

  it.each(['HOST', 'ADDR'])('does not set %s, which belongs to the machine', async (key) => {
    expect((await set(key, 'a.example.com', 'Basic')).reason).toMatch(
      new RegExp(`^set_tweaksetting cannot set “${key}”\\. `),
    );
  });

  it('sets the nameservers of update_nameservers_config', async () => {
    await here.call('update_nameservers_config', {
      nameserver: 'ns1.example.com',
      nameserver3: 'ns3.example.com',
    });
    expect(await get('NS', 'Basic')).toMatchObject({ tweaksetting: { value: 'ns1.example.com' } });
    expect(await get('NS2', 'Basic')).toMatchObject({ tweaksetting: { value: '' } });
    expect(warningsOf(await set('NS2', 'NS2.example.com', 'Basic'))).toBeUndefined();
    expect((await here.call('get_nameserver_config')).data).toEqual({
      nameservers: ['ns1.example.com', 'ns2.example.com', 'ns3.example.com'],
    });
    await set('NS', '', 'Basic');
    expect((await here.call('get_nameserver_config')).data).toEqual({
      nameservers: ['ns2.example.com', 'ns3.example.com'],
    });
  });

  it('sets the TTLs of new zones', async () => {
    await set('NS', 'ns1.example.com', 'Basic');
    await set('TTL', '600', 'Basic');
    await set('NSTTL', '700', 'Basic');
    await here.call('adddns', { domain: 'short.example', ip: '192.0.2.1' });
    const { data } = await here.call('dumpzone', { domain: 'short.example' });
    const records = (data as { zone: { record: { type: string; ttl?: number }[] }[] }).zone[0]?.record ?? [];
    const ttlOf = (type: string) => Number(records.find((record) => record.type === type)?.ttl);
    expect([ttlOf('NS'), ttlOf('A')]).toEqual([700, 600]);
    await set('TTL', '', 'Basic');
    await here.call('adddns', { domain: 'usual.example', ip: '192.0.2.1' });
    expect(JSON.stringify((await here.call('dumpzone', { domain: 'usual.example' })).data)).toContain(
      '14400',
    );
  });

  it('sets the limits of new packages', async () => {
    const limits = async (name: string) => {
      await here.call('addpkg', { name });
      return (await here.call('getpkginfo', { pkg: name })).data;
    };
    expect(await limits('usual')).toMatchObject({
      pkg: { QUOTA: 10240, BWLIMIT: 1048576, MAX_EMAILACCT_QUOTA: 1024 },
    });
    await set('default_pkg_quota', '500');
    await set('default_pkg_bwlimit', 'unlimited');
    await set('default_pkg_max_emailacct_quota', '0');
    expect(await limits('other')).toMatchObject({
      pkg: { QUOTA: 500, BWLIMIT: 'unlimited', MAX_EMAILACCT_QUOTA: 'unlimited' },
    });
    await here.call('editpkg', { name: 'third', maxpop: '3' });
    expect((await here.call('getpkginfo', { pkg: 'third' })).data).toMatchObject({ pkg: { QUOTA: 500 } });
    await set('default_pkg_quota', '');
    expect(await limits('again')).toMatchObject({ pkg: { QUOTA: 10240 } });
  });

  it('writes the key into the audit log', async () => {
    await set('resetpass', '0');
    expect(JSON.stringify(here.audit())).toContain('resetpass');
  });
});

describe('the monitoring of services', () => {
  it('is off with skipchkservd', async () => {
    let lookedAt = 0;
    const { machine } = here.engine;
    here.overrides = {
      machine: {
        ...machine,
        services: async () => {
          lookedAt += 1;
          return machine.services();
        },
      },
    };
    await here.call('configureservice', { service: 'named', monitored: '1' });
    const watch = new ServiceWatch({ engine: here.engine, intervalMs: async () => 1 });
    await watch.check();
    expect(lookedAt).toBeGreaterThan(0);
    const before = lookedAt;
    await set('skipchkservd', '1');
    await watch.check();
    expect(lookedAt).toBe(before);
  });
});

describe('setminimumpasswordstrengths', () => {
  const minimums = (args: Record<string, string>) => here.call('setminimumpasswordstrengths', args);

  it('keeps omitted strengths, and warns about kinds of passwords that this server does not have', async () => {
    expect(warningsOf((await minimums({ passwd: '70' })).metadata)).toBeUndefined();
    expect(warningsOf((await minimums({ ftp: '80' })).metadata)).toEqual([
      '“ftp” is stored, but this server has no passwords of FTP accounts yet.',
    ]);
    expect(await get('minpwstrength_passwd')).toMatchObject({ tweaksetting: { value: '70' } });
    expect(await get('minpwstrength_ftp')).toMatchObject({ tweaksetting: { value: '80' } });
    expect(await get('minpwstrength')).toMatchObject({ tweaksetting: { value: '65' } });
  });

  it('rejects a strength above 100, and a call that sets nothing', async () => {
    expect((await minimums({ passwd: '70', default: '101' })).metadata.error_code).toBe('bad_param');
    expect(await get('minpwstrength_passwd')).toMatchObject({ tweaksetting: { value: '65' } });
    expect((await minimums({})).metadata.error_code).toBe('missing_param');
  });

  it('is for root only', async () => {
    const as = { as: reseller('rita', 'create-acct') };
    expect((await here.call('setminimumpasswordstrengths', { passwd: '0' }, as)).metadata.error_code).toBe(
      'denied',
    );
  });
});

// accounts-passwords.test.ts tests the ratings, because the dictionaries are loaded there anyway.
describe('get_password_strength', () => {
  it('requires a password, of at most 511 characters', async () => {
    const rate = async (args: Record<string, string>) =>
      (await here.call('get_password_strength', args)).metadata;
    expect((await rate({})).error_code).toBe('missing_param');
    expect((await rate({ password: 'x'.repeat(512) })).error_code).toBe('bad_param');
  });
});

test('hide_env_files: the configuration of the web server follows it', async () => {
  const configured = async (value: string) => {
    expect(warningsOf(await set('hide_env_files', value))).toBeUndefined();
    await runTasks(here, 'configure-web-server');
    return readFileSync(join(here.state, 'root/etc/apache2/conf-enabled/whmapi1.conf'), 'utf8');
  };
  for (const value of ['1', '0', '']) {
    const text = await configured(value);
    expect(text).toMatch(/^RedirectMatch 404 ".*git/m);
    expect([value, text.includes('[.]env')]).toEqual([value, value !== '0']);
  }
});
