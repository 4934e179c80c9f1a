// The versions of this program, and how it is updated.
import { spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { appendFileSync, existsSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { complete, renderConfiguration } from '../../src/capabilities/software/driver/updates/render.ts';
import { parseAptSettings } from '../../src/capabilities/software/driver/updates/settings.ts';
import { writeInstalled, writeRepositories } from '../support/apt-tree.ts';
import { Installation, reseller } from '../support/installation.ts';
import { describeWith, itWith } from '../support/require-tool.ts';

let here: Installation;
let root: string;
beforeEach(() => {
  here = new Installation();
  root = join(here.state, 'root');
});
afterEach(() => here.remove());

const settingsFile = () => join(root, 'etc/apt/apt.conf.d/90whmapi1');
const settings = () => readFileSync(settingsFile(), 'utf8');
const preferences = () => readFileSync(join(root, 'etc/apt/preferences.d/whmapi1.pref'), 'utf8');

const suites = [
  { suite: 'edge', packages: { whmapi1: ['1.6.0~beta1', '1.5.1'] } },
  { suite: 'stable', packages: { whmapi1: ['1.4.2'] } },
];

describe('get_available_tiers', () => {
  const name = 'get_available_tiers';

  it('fails if neither apt nor npm has the program, and says how to get it', async () => {
    const { metadata } = await here.call(name);
    expect(metadata.error_code).toBe('not_found');
    expect(metadata.reason).toMatch(/^Neither apt nor npm has a package “whmapi1” on this server/);
    expect(metadata.reason).toContain('apt-get update');
  });

  it('is for root', async () => {
    expect((await here.call(name, {}, { as: reseller('rita') })).metadata.error_code).toBe('denied');
  });
});

describeWith(['apt-cache'], 'a repository of apt', () => {
  beforeEach(() => {
    writeRepositories(root, suites);
    writeInstalled(root, { whmapi1: '1.4.0' });
    const updated = new Date('2026-02-27T04:00:00Z');
    utimesSync(join(root, 'var/lib/apt/lists/partial'), updated, updated);
  });

  it('has the newest version of each suite, and says how old the lists are', async () => {
    const { data, metadata } = await here.call('get_available_tiers');
    expect(data).toEqual({ edge: '1.6.0~beta1', current: '', release: '', stable: '1.4.2', lts: '' });
    expect(metadata.output?.messages).toEqual([
      'These are the versions in the package lists of 2026-02-27T04:00:00Z. “apt-get update” gets new ones.',
    ]);
  });

  it('decides by its preferences what an update would install', async () => {
    const available = async () => (await here.call('get_update_availability')).data;
    const first = { current_version: '1.4.0', newest_version: '1.6.0~beta1', update_available: 1 };
    expect(await available()).toEqual({ ...first, tier: 'edge' });
    expect((await here.call('set_tier', { tier: 'stable' })).metadata.output).toBeUndefined();
    expect(await available()).toEqual({ ...first, newest_version: '1.4.2', tier: 'stable' });
    expect((await here.call('set_tier', { tier: '1.5' })).metadata.output).toBeUndefined();
    expect(await available()).toEqual({ ...first, newest_version: '1.5.1', tier: '1.5' });
    writeInstalled(root, { whmapi1: '1.5.1' });
    const same = { current_version: '1.5.1', newest_version: '1.5.1', tier: '1.5', update_available: 0 };
    expect(await available()).toEqual(same);
  });

  it('names the origin for unattended upgrades', async () => {
    writeRepositories(root, [{ suite: 'stable', origin: 'Example Hosting', packages: { whmapi1: ['2.0'] } }]);
    expect((await here.call('set_cpanel_updates', { updates: 'daily' })).metadata.output).toBeUndefined();
    expect(settings()).toContain('  "origin=Example Hosting";');
  });

  it('never allows all packages of Debian because Debian has the program', async () => {
    writeRepositories(root, [{ suite: 'stable', origin: 'Debian', packages: { whmapi1: ['2.0'] } }]);
    await here.call('set_cpanel_updates', { updates: 'daily' });
    expect(settings()).toContain('{\n  "origin=whmapi1";\n};');
  });
});

describeWith(['npm'], 'the npm registry', () => {
  let registry: Server | undefined;
  let tags: Record<string, string>;
  beforeEach(async () => {
    tags = { latest: '1.5.0', next: '2.0.0-rc.1', lts: '1.2.9' };
    registry = createServer((request, response) => {
      const versions = Object.fromEntries(
        Object.values(tags).map((one) => [
          one,
          { name: 'whmapi1', version: one, dist: { tarball: 'x', shasum: 'x' } },
        ]),
      );
      response.setHeader('Content-Type', 'application/json');
      if (request.url !== '/whmapi1') response.statusCode = 404;
      response.end(JSON.stringify({ name: 'whmapi1', 'dist-tags': tags, versions }));
    });
    const port = await new Promise<number>((resolve) =>
      registry?.listen(0, '127.0.0.1', () => {
        resolve((registry?.address() as AddressInfo).port);
      }),
    );
    const folder = join(root, 'usr/local/lib/node_modules/whmapi1');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'package.json'), JSON.stringify({ name: 'whmapi1', version: '1.4.0' }));
    mkdirSync(join(root, 'root'), { recursive: true });
    writeFileSync(
      join(root, 'root/.npmrc'),
      `registry=http://127.0.0.1:${port}/\ncache=${join(here.directory, 'npm')}\nupdate-notifier=false\n`,
    );
  });
  afterEach(() => {
    registry?.closeAllConnections();
    registry?.close();
  });

  it('answers with its dist-tags, and npm’s own names stand for “release” and “edge”', async () => {
    const { data } = await here.call('get_available_tiers');
    expect(data).toEqual({ edge: '2.0.0-rc.1', current: '', release: '1.5.0', stable: '', lts: '1.2.9' });
    expect((await here.call('get_update_availability')).data).toEqual({
      ...{ current_version: '1.4.0', newest_version: '1.5.0', tier: 'release', update_available: 1 },
    });
  });

  it('does not update the program by itself', async () => {
    const { metadata } = await here.call('set_cpanel_updates', { updates: 'daily' });
    expect(metadata.reason).toContain('npm installed this program, and does not update it by itself.');
    expect(existsSync(settingsFile())).toBe(false);
    const { output } = (await here.call('set_tier', { tier: 'lts' })).metadata;
    expect(output?.warnings).toEqual([
      'npm installed this program. The tier is stored; to follow it, run “npm install --global whmapi1@lts”.',
    ]);
  });

  it('fails with the message of npm if the registry cannot be reached', async () => {
    registry?.closeAllConnections();
    registry?.close();
    const { metadata } = await here.call('get_available_tiers');
    expect(metadata.error_code).toBe('host_failed');
    expect(metadata.reason).toMatch(/“npm”.*ECONNREFUSED/);
  });
});

describe('set_tier', () => {
  it('stores a tier that no repository has yet, with a warning', async () => {
    const { data, metadata } = await here.call('set_tier', { tier: 'LTS' });
    expect(data).toEqual({ tier: 'lts' });
    expect(metadata.output?.warnings).toEqual([
      'No configured repository has the tier “lts” of whmapi1 yet. Until one has it, apt chooses among the others.',
    ]);
    expect(preferences()).toContain('Package: whmapi1\nPin: release a=lts\nPin-Priority: 990\n');
    expect(settings()).toBe(
      '// whmapi1 wrote this file (update_updateconf, set_tier). Changes by hand are not overwritten.\n' +
        'whmapi1::Updates::CPANEL "lts";\n',
    );
  });

  it.each(['beta', '1', '1.4"', '1.4.*', 'stable\n', ''])('rejects %j, and changes nothing', async (tier) => {
    const { metadata } = await here.call('set_tier', { tier });
    expect(metadata.error_code).toMatch(/^(?:bad|missing)_param$/);
    expect(existsSync(settingsFile())).toBe(false);
  });

  it('shows the files in a dry run', async () => {
    const { metadata } = await here.call('set_tier', { tier: '1.4' }, { dryRun: true });
    expect(metadata.output?.messages).toEqual(
      expect.arrayContaining(['+Pin: version /^1\\.4([.+~-]|$)/', '+whmapi1::Updates::CPANEL "1.4";']),
    );
    expect(existsSync(settingsFile())).toBe(false);
  });

  it('does not overwrite a file that was edited by hand', async () => {
    await here.call('set_tier', { tier: 'stable' });
    appendFileSync(settingsFile(), '# mine\n');
    const { metadata } = await here.call('set_tier', { tier: 'edge' });
    expect(metadata.reason).toMatch(/90whmapi1” was edited by hand, so it is not overwritten/);
    expect(preferences()).toContain('a=stable');
  });

  it('is for root', async () => {
    const { metadata } = await here.call('set_tier', { tier: 'stable' }, { as: reseller('rita') });
    expect(metadata.error_code).toBe('denied');
  });
});

describe('set_cpanel_updates', () => {
  it('leaves the updates of Debian as they are', async () => {
    await here.call('update_updateconf', { RPMUP: 'daily', SECURITY_UPDATES: 'daily' });
    const { data, metadata } = await here.call('set_cpanel_updates', { updates: 'daily' });
    expect(data).toEqual({ updates: 'daily' });
    expect(metadata.output?.warnings).toEqual([
      'No configured repository of apt has whmapi1 yet. Until one has it, nothing updates this program.',
    ]);
    expect(settings()).toContain('RPMUP "daily"');
    expect(settings()).toContain('  "origin=whmapi1";\n');
    await here.call('set_cpanel_updates', { updates: 'never' });
    expect(settings()).toContain('RPMUP "daily"');
    expect(settings()).not.toContain('origin=whmapi1');
    expect(settings()).toContain('Unattended-Upgrade::Package-Blacklist { "whmapi1$"; };');
  });

  it('needs unattended-upgrades for daily updates of a machine', async () => {
    here.isMachine = true;
    const { metadata } = await here.call('set_cpanel_updates', { updates: 'daily' });
    expect(metadata.error_code).toBe('disabled');
    expect(metadata.reason).toContain('apt-get install unattended-upgrades');
    expect(existsSync(settingsFile())).toBe(false);
  });

  it('is for root', async () => {
    const { metadata } = await here.call(
      'set_cpanel_updates',
      { updates: 'daily' },
      { as: reseller('rita') },
    );
    expect(metadata.error_code).toBe('denied');
  });
});

describe('update_updateconf', () => {
  itWith(['apt-config'], 'writes a file that apt reads as intended', async () => {
    const dump = () => {
      const words = ['-c', settingsFile(), 'dump', '--format', '%f=%v%n'];
      return spawnSync('apt-config', words, { encoding: 'utf8' }).stdout.split('\n');
    };
    await here.call('update_updateconf', { SECURITY_UPDATES: 'daily' });
    expect(dump()).toEqual(
      expect.arrayContaining([
        'APT::Periodic::Update-Package-Lists=1',
        'APT::Periodic::Unattended-Upgrade=1',
        'Unattended-Upgrade::Package-Blacklist::=whmapi1$',
      ]),
    );
    expect(dump().filter((line) => line.startsWith('Unattended-Upgrade::Origins-Pattern::'))).toEqual([
      'Unattended-Upgrade::Origins-Pattern::=origin=Debian,codename=${distro_codename},label=Debian-Security',
      'Unattended-Upgrade::Origins-Pattern::=origin=Debian,codename=${distro_codename}-security,label=Debian-Security',
    ]);
    await here.call('update_updateconf', { RPMUP: 'daily' });
    expect(dump()).toContain(
      'Unattended-Upgrade::Origins-Pattern::=origin=Debian,codename=${distro_codename},label=Debian',
    );
    await here.call('update_updateconf', { UPDATES: 'never', RPMUP: 'never', SECURITY_UPDATES: 'never' });
    expect(dump()).toEqual(
      expect.arrayContaining([
        'APT::Periodic::Update-Package-Lists=0',
        'APT::Periodic::Unattended-Upgrade=0',
      ]),
    );
    await here.call('update_updateconf', { UPDATES: 'manual' });
    expect(dump()).toContain('APT::Periodic::Update-Package-Lists=1');
  });

  it('enables Debian’s timers for daily updates, and the timer of SpamAssassin', async () => {
    const { metadata } = await here.call(
      'update_updateconf',
      { RPMUP: 'daily', SARULESUP: 'manual' },
      { dryRun: true },
    );
    expect(metadata.output?.messages).toEqual(
      expect.arrayContaining([
        'Enable the service “apt-daily.timer”, and start it.',
        'Enable the service “apt-daily-upgrade.timer”, and start it.',
        'Stop the service “spamassassin-maintenance.timer”, and disable it.',
      ]),
    );
    await here.call('update_updateconf', { RPMUP: 'daily', SARULESUP: 'daily' });
    const services = await here.engine.machine.services();
    expect(await services.state('apt-daily-upgrade.timer')).toMatchObject({
      isEnabled: true,
      state: 'active',
    });
    expect(await services.state('spamassassin-maintenance.timer')).toMatchObject({ isEnabled: true });
  });

  it('says that STAGING_DIR has no effect, and needs a setting that has one', async () => {
    const { metadata } = await here.call('update_updateconf', { STAGING_DIR: '/srv' });
    expect(metadata.reason).toBe(
      'Pass at least one of CPANEL, UPDATES, RPMUP, SECURITY_UPDATES and SARULESUP.',
    );
    const { output } = (await here.call('update_updateconf', { STAGING_DIR: '/srv', UPDATES: 'never' }))
      .metadata;
    expect(output?.warnings?.[0]).toContain('The parameter “STAGING_DIR” has no effect here');
  });

  it('rejects other values, and changes nothing', async () => {
    const { metadata } = await here.call('update_updateconf', {
      SECURITY_UPDATES: 'manual',
      RPMUP: 'hourly',
    });
    expect(metadata.reason).toContain('“SECURITY_UPDATES” should be “daily” or “never”, not “manual”');
    expect(metadata.reason).toContain('“RPMUP” should be “daily”, “manual” or “never”, not “hourly”');
    expect(existsSync(settingsFile())).toBe(false);
  });

  it('is for root', async () => {
    const { metadata } = await here.call('update_updateconf', { UPDATES: 'never' }, { as: reseller('rita') });
    expect(metadata.error_code).toBe('denied');
  });
});

describe('what apt does before the first setting', () => {
  const dump = [
    'APT::Periodic::Unattended-Upgrade=1',
    'Unattended-Upgrade::Origins-Pattern=',
    'Unattended-Upgrade::Origins-Pattern::=origin=Debian,codename=${distro_codename},label=Debian-Security',
    'Unattended-Upgrade::Origins-Pattern::=origin=Docker',
  ].join('\n');

  it('stays, except for what is set', () => {
    const desired = complete({ UPDATES: 'daily' }, parseAptSettings(dump), 'whmapi1');
    expect(desired.settings).toEqual({ UPDATES: 'daily', RPMUP: 'manual', SECURITY_UPDATES: 'daily' });
    expect(renderConfiguration(desired)).toContain('  "origin=whmapi1";\n  "origin=Docker";\n};');
  });

  it('is nothing if APT::Periodic::Enable is 0', () => {
    const settingsOfApt = parseAptSettings(`APT::Periodic::Enable=0\n${dump}`);
    expect(complete({ UPDATES: 'manual' }, settingsOfApt, 'whmapi1').settings).toEqual({
      ...{ UPDATES: 'manual', RPMUP: 'manual', SECURITY_UPDATES: 'never' },
    });
  });

  it('fails for a pattern that apt.conf(5) cannot express', () => {
    const broken = parseAptSettings(`${dump}\nUnattended-Upgrade::Origins-Pattern::=origin="Docker"`);
    expect(() => renderConfiguration(complete({ UPDATES: 'daily' }, broken, 'whmapi1'))).toThrow(
      'quotation mark',
    );
  });
});
