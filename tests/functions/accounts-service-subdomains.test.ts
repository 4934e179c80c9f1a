// Service subdomains, as the functions of accounts and tweak settings make them. tests/slow/apache.test.ts has a real
// Apache.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Engine } from '../../src/core/engine.ts';
import { MachineError } from '../../src/core/machine-error.ts';
import type { Json } from '../../src/core/values.ts';
import { virtualHosts } from '../../src/capabilities/web/driver/virtual-hosts/virtual-hosts.ts';
import { callUntilItWaits, holdFiles, whenItWaits } from '../support/at-the-same-time.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';
import { interruptTask } from '../support/interrupted-task.ts';
import { settled } from '../support/settled-web.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await succeed('createacct', { username: 'bob', domain: 'bob.example' });
});
afterEach(() => here.remove());

async function succeed(command: string, args: Readonly<Record<string, Json>> = {}) {
  const { metadata, data } = await here.call(command, args);
  expect([command, metadata.result === 1 ? '' : metadata.reason]).toEqual([command, '']);
  return { metadata, data };
}

/** Runs the waiting tasks. @returns the state, reason and result of the last one. */
async function runAll(engine: Engine = here.engine) {
  await runTasks({ engine, application: here.application, state: here.state });
  return here.engine.store.transaction('reads', async (db) => ({
    value: await db.get<{ state: string; reason: string; result: string | null }>(
      "SELECT state, reason, result FROM task WHERE kind = 'apply-service-subdomains' ORDER BY id DESC LIMIT 1",
    ),
    keep: false,
  }));
}

/** Sets a tweak setting, and runs the task that this starts. */
async function set(key: string, value: string) {
  await succeed('set_tweaksetting', { key, value });
  return runAll();
}

const fileOf = (username: string) =>
  join(here.state, 'root/etc/apache2/whmapi1/accounts', `${username}.conf`);
/** The service subdomains at which the web server answers for an account. */
const served = (username = 'bob') =>
  [
    ...new Set(readFileSync(fileOf(username), 'utf8').match(/(?<= )(?:cpanel|webmail|whm)\.[a-z.]+/g) ?? []),
  ].sort();

interface Record_ {
  readonly name?: string;
  readonly type?: string;
  readonly address?: string;
  readonly cname?: string;
}

async function recordsOf(domain: string): Promise<string[]> {
  const { data } = await succeed('dumpzone', { domain });
  const { zone } = data as unknown as { zone: [{ record: readonly Record_[] }] };
  return zone[0].record
    .filter(({ name = '' }) => /^(?:cpanel|webmail|whm)\./.test(name))
    .map(({ name, type, address, cname }) => `${name} ${type} ${address ?? cname}`)
    .sort();
}

const all = (domain: string, ip = '192.0.2.1') =>
  ['cpanel', 'webmail'].map((service) => `${service}.${domain}. A ${ip}`);
const ofReseller = (domain: string) =>
  ['cpanel', 'webmail', 'whm'].map((service) => `${service}.${domain}. A 192.0.2.1`);

describe('a new account', () => {
  it('has them, as an addon domain and a parked domain do, and a subdomain does not', async () => {
    await succeed('create_parked_domain_for_user', {
      username: 'bob',
      domain: 'parked.example',
      web_vhost_domain: 'bob.example',
    });
    await succeed('create_subdomain', {
      domain: 'shop.bob.example',
      document_root: 'public_html/shop',
    });
    expect(served()).toEqual([
      ...['cpanel.bob.example', 'cpanel.parked.example', 'webmail.bob.example', 'webmail.parked.example'],
    ]);
    expect(await recordsOf('bob.example')).toEqual(all('bob.example'));
    expect(await recordsOf('parked.example')).toEqual(all('parked.example'));
  });

  it('has no records of them without proxysubdomainsfornewaccounts, and nothing without proxysubdomains', async () => {
    await set('proxysubdomainsfornewaccounts', '0');
    await succeed('createacct', { username: 'ann', domain: 'ann.example' });
    expect(served('ann')).toHaveLength(2);
    expect(await recordsOf('ann.example')).toEqual([]);
    await set('proxysubdomainsfornewaccounts', '1');
    await set('proxysubdomains', '0');
    await succeed('createacct', { username: 'eve', domain: 'eve.example' });
    expect(served('eve')).toEqual([]);
    expect(await recordsOf('eve.example')).toEqual([]);
  });

  it('has those of autodiscovery, and SRV records, if the setting is on', async () => {
    /** What mail programs look for. */
    async function discovered(domain: string): Promise<string[]> {
      const { data } = await succeed('dumpzone', { domain });
      const { zone } = data as unknown as { zone: [{ record: readonly Record<string, string>[] }] };
      return zone[0].record
        .filter(({ name = '' }) => /^auto|^_/.test(name))
        .map(({ name = '', type, address = '', ...srv }) =>
          type === 'SRV'
            ? `${name} ${[srv.priority, srv.weight, srv.port, srv.target].join(' ')}`
            : `${name} ${address}`,
        )
        .sort();
    }
    const host = here.hostname;
    const wanted = (domain: string) => [
      `_autodiscover._tcp.${domain}. 0 1 2096 ${host}`,
      `_imaps._tcp.${domain}. 0 1 993 ${host}`,
      `_pop3s._tcp.${domain}. 10 1 995 ${host}`,
      `_submissions._tcp.${domain}. 0 1 465 ${host}`,
      `autoconfig.${domain}. 192.0.2.1`,
      `autodiscover.${domain}. 192.0.2.1`,
    ];
    const names = () => readFileSync(fileOf('bob'), 'utf8').match(/(?<= )auto[a-z]+\.bob\.example/g) ?? [];
    expect(await discovered('bob.example')).toEqual([]);
    await succeed('addzonerecord', {
      ...{ domain: 'bob.example', name: '_imaps._tcp.bob.example.', type: 'SRV', priority: '5' },
      ...{ weight: '5', port: '1993', target: 'imap.example.net' },
    });
    await set('autodiscover_proxy_subdomains', '1');
    const own = '_imaps._tcp.bob.example. 5 5 1993 imap.example.net';
    expect(await discovered('bob.example')).toEqual(
      wanted('bob.example').map((one) => (one.startsWith('_imaps') ? own : one)),
    );
    expect(new Set(names())).toEqual(new Set(['autoconfig.bob.example', 'autodiscover.bob.example']));
    await succeed('createacct', { username: 'ann', domain: 'ann.example' });
    expect(await discovered('ann.example')).toEqual(wanted('ann.example'));
    await set('autodiscover_proxy_subdomains', '0');
    expect(await discovered('bob.example')).toEqual([own]);
    expect(await discovered('ann.example')).toEqual([]);
    expect(names()).toEqual([]);
  });

  it('keeps what the administrator’s template says about their names', async () => {
    const folder = join(here.state, 'zone-templates');
    await import('node:fs').then(({ mkdirSync }) => {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
    });
    writeFileSync(
      join(folder, 'standardvirtualftp'),
      '$TTL %ttl%\n@ IN SOA %nameserver%. %rpemail%. ( %serial% 3600 1800 1209600 86400 )\n' +
        '@ IN NS %nameserver%.\n@ IN A %ip%\ncpanel IN CNAME panel.example.net.\n',
    );
    await succeed('createacct', { username: 'ann', domain: 'ann.example' });
    expect(await recordsOf('ann.example')).toEqual([
      'cpanel.ann.example. CNAME panel.example.net',
      'webmail.ann.example. A 192.0.2.1',
    ]);
  });

  it('follow another main domain and another address', async () => {
    await succeed('modifyacct', { user: 'bob', domain: 'robert.example' });
    expect(served()).toEqual(['cpanel.robert.example', 'webmail.robert.example']);
    expect(await recordsOf('robert.example')).toEqual(all('robert.example'));
    await succeed('setsiteip', { user: 'bob', ip: '192.0.2.2' });
    expect(await recordsOf('robert.example')).toEqual(all('robert.example', '192.0.2.2'));
  });
});

describe('a reseller', () => {
  const parked = { username: 'bob', domain: 'parked.example', web_vhost_domain: 'bob.example' };

  it('has whm. too, by a task, until it is one no longer', async () => {
    await succeed('create_parked_domain_for_user', parked);
    const before = readFileSync(fileOf('bob'), 'utf8');
    await succeed('setupreseller', { user: 'bob' });
    expect(await runAll()).toMatchObject({ state: 'done', result: '{"accounts":1,"zones":2}' });
    expect(served()).toEqual([
      ...['cpanel.bob.example', 'cpanel.parked.example', 'webmail.bob.example', 'webmail.parked.example'],
      ...['whm.bob.example', 'whm.parked.example'],
    ]);
    for (const domain of ['bob.example', 'parked.example'])
      expect(await recordsOf(domain)).toEqual(ofReseller(domain));
    await succeed('unsetupreseller', { user: 'bob' });
    expect(await runAll()).toMatchObject({ state: 'done', result: '{"accounts":1,"zones":2}' });
    expect(readFileSync(fileOf('bob'), 'utf8')).toBe(before);
    for (const domain of ['bob.example', 'parked.example'])
      expect(await recordsOf(domain)).toEqual(all(domain));
  });

  it('has it from the beginning, for new domains, and under another name and domain', async () => {
    await succeed('createacct', { username: 'ann', domain: 'ann.example', reseller: '1' });
    await runAll();
    expect(served('ann')).toEqual(['cpanel.ann.example', 'webmail.ann.example', 'whm.ann.example']);
    expect(await recordsOf('ann.example')).toEqual(ofReseller('ann.example'));
    await succeed('create_parked_domain_for_user', {
      ...{ username: 'ann', domain: 'new.example', web_vhost_domain: 'ann.example' },
    });
    expect(await recordsOf('new.example')).toEqual(ofReseller('new.example'));
    await succeed('modifyacct', { user: 'ann', newuser: 'anna', domain: 'anna.example' });
    expect(served('anna')).toContain('whm.anna.example');
    await runAll();
    expect(await recordsOf('anna.example')).toEqual(ofReseller('anna.example'));
  });

  it('keeps records of others at its names', async () => {
    await succeed('addzonerecord', { domain: 'bob.example', name: 'whm', type: 'A', address: '192.0.2.9' });
    await succeed('setupreseller', { user: 'bob' });
    await runAll();
    await succeed('unsetupreseller', { user: 'bob' });
    await runAll();
    expect(await recordsOf('bob.example')).toEqual([...all('bob.example'), 'whm.bob.example. A 192.0.2.9']);
  });

  it('changes nothing of other accounts', async () => {
    await succeed('createacct', { username: 'ann', domain: 'ann.example' });
    await succeed('addzonerecord', { domain: 'ann.example', name: 'whm', type: 'A', address: '192.0.2.1' });
    const before = readFileSync(fileOf('ann'), 'utf8');
    await succeed('setupreseller', { user: 'bob' });
    await runAll();
    expect(readFileSync(fileOf('ann'), 'utf8')).toBe(before);
    expect(await recordsOf('ann.example')).toEqual(ofReseller('ann.example'));
  });
});

describe('a name that is a domain of its own', () => {
  const panel = { domain: 'cpanel.bob.example', document_root: 'public_html/panel' };

  it('is no service subdomain until the domain is removed', async () => {
    await succeed('create_subdomain', panel);
    expect(readFileSync(fileOf('bob'), 'utf8')).not.toContain('cpanel[.]');
    await succeed('delete_domain', { domain: panel.domain });
    expect(readFileSync(fileOf('bob'), 'utf8')).toContain('cpanel[.]bob[.]example');
    expect(await recordsOf('bob.example')).toEqual(all('bob.example'));
  });

  it('belongs to another account that is created with it', async () => {
    await succeed('createacct', { username: 'ann', domain: 'cpanel.bob.example' });
    expect(served('bob')).toEqual(['webmail.bob.example']);
    expect(served('ann')).toContain('cpanel.cpanel.bob.example');
  });
});

describe('proxysubdomains', () => {
  it('removes them from virtual hosts and zones, and adds them again', async () => {
    await succeed('createacct', { username: 'ann', domain: 'ann.example' });
    const files = ['ann', 'bob'].map((one) => readFileSync(fileOf(one), 'utf8'));
    expect(await set('proxysubdomains', '0')).toEqual({
      ...{ state: 'done', reason: '' },
      result: '{"accounts":2,"zones":2}',
    });
    for (const name of ['ann', 'bob']) {
      expect(served(name)).toEqual([]);
      expect(await recordsOf(`${name}.example`)).toEqual([]);
    }
    expect(await set('proxysubdomains', '0')).toMatchObject({ result: '{"accounts":0,"zones":0}' });
    expect(await set('proxysubdomains', '1')).toMatchObject({ result: '{"accounts":2,"zones":2}' });
    expect(['ann', 'bob'].map((one) => readFileSync(fileOf(one), 'utf8'))).toEqual(files.map(settled));
    for (const name of ['ann', 'bob'])
      expect(await recordsOf(`${name}.example`)).toEqual(all(`${name}.example`));
  });

  it('keeps records of others, unless overwritecustomproxysubdomains is on', async () => {
    await set('proxysubdomains', '0');
    await succeed('addzonerecord', {
      domain: 'bob.example',
      name: 'cpanel',
      type: 'CNAME',
      cname: 'panel.example.net',
    });
    const own = ['cpanel.bob.example. CNAME panel.example.net'];
    await set('proxysubdomains', '1');
    expect(await recordsOf('bob.example')).toEqual([...own, 'webmail.bob.example. A 192.0.2.1']);
    await set('proxysubdomains', '0');
    expect(await recordsOf('bob.example')).toEqual(own);
    await set('proxysubdomains', '1');
    await set('overwritecustomproxysubdomains', '1');
    expect(await recordsOf('bob.example')).toEqual(all('bob.example'));
  });

  it('goes on with the other accounts if the file of one was edited by hand, and says so', async () => {
    await succeed('createacct', { username: 'ann', domain: 'ann.example' });
    writeFileSync(fileOf('ann'), '# by hand\n');
    const task = await set('proxysubdomains', '0');
    expect(task).toMatchObject({ state: 'failed' });
    expect(task?.reason).toMatch(/ann\.conf” was edited by hand/);
    expect(served('bob')).toEqual([]);
    expect(await recordsOf('bob.example')).toEqual([]);
    expect(readFileSync(fileOf('ann'), 'utf8')).toBe('# by hand\n');
  });

  it('acts after restore_config_from_upload too', async () => {
    await succeed('restore_config_from_upload', { module: 'Main', file: 'proxysubdomains=0\n' });
    await set('publichtmlsubsonly', '1');
    expect(served()).toEqual([]);
  });

  it('has the web server read all files if the task was interrupted, perhaps before a reload', async () => {
    const reload = jest.spyOn(virtualHosts, 'reload');
    try {
      await set('proxysubdomains', '0');
      expect(reload).not.toHaveBeenCalled();
      await succeed('set_tweaksetting', { key: 'proxysubdomains', value: '1' });
      await interruptTask(here, 'apply-service-subdomains');
      expect(await runAll()).toMatchObject({ state: 'done' });
      expect(reload).toHaveBeenCalledTimes(1);
    } finally {
      reload.mockRestore();
    }
  });

  it('changes the zones if the web server does not read its files after an interruption, and says so', async () => {
    const stopped = new MachineError('failed', 'Apache does not run.');
    const reload = jest.spyOn(virtualHosts, 'reload').mockRejectedValue(stopped);
    try {
      await succeed('set_tweaksetting', { key: 'proxysubdomains', value: '0' });
      await interruptTask(here, 'apply-service-subdomains');
      expect(await runAll()).toMatchObject({ state: 'failed', reason: 'Apache does not run.' });
      expect(await recordsOf('bob.example')).toEqual([]);
    } finally {
      reload.mockRestore();
    }
  });

  it('says which task applies it, and gives no warning that nothing depends on it', async () => {
    const { metadata } = await succeed('set_tweaksetting', { key: 'proxysubdomains', value: '0' });
    expect(JSON.stringify(metadata)).toMatch(/The task \d+ applies the setting\./);
    expect(JSON.stringify(metadata)).not.toContain('nothing on this server depends on it');
  });
});

describe('a call at the same time', () => {
  const APACHE = '/etc/apache2';

  it('that removes an account, after the task has read it, comes after the task', async () => {
    await succeed('set_tweaksetting', { key: 'proxysubdomains', value: '0' });
    const { engine, reached, release } = holdFiles(here.engine, APACHE);
    const task = runAll(engine);
    await reached;
    const { end } = await callUntilItWaits(here, 'removeacct', { username: 'bob' });
    release();
    expect((await end).metadata).toMatchObject({ result: 1 });
    expect(await task).toMatchObject({ state: 'done', reason: '' });
    expect(existsSync(fileOf('bob'))).toBe(false);
  });

  it('that creates an account, and has planned it with the former setting, is followed', async () => {
    // Before that, the call only looks whether Apache accepts its configuration.
    const isPlanned = () => existsSync(join(here.state, 'root/home/ann'));
    const { engine, reached, release } = holdFiles(here.engine, APACHE, isPlanned);
    here.overrides.machine = engine.machine;
    const created = here.call('createacct', { username: 'ann', domain: 'ann.example' });
    await reached;
    delete here.overrides.machine;
    await succeed('set_tweaksetting', { key: 'proxysubdomains', value: '0' });
    const waits = whenItWaits(here);
    const task = runAll();
    await Promise.race([task, waits]);
    release();
    expect((await created).metadata).toMatchObject({ result: 1 });
    expect(await task).toMatchObject({ state: 'done', result: '{"accounts":2,"zones":2}' });
    expect([served('ann'), served('bob')]).toEqual([[], []]);
    expect(await recordsOf('ann.example')).toEqual([]);
  });
});
