// Mail policies (MTA-STS) and the reports of senders (TLS-RPT): records, the file that senders read, and the name at which
// they read it. tests/slow/apache.test.ts has a real Apache.
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Rebuilding } from '../../src/administration/rebuild.ts';
import * as autossl from '../../src/capabilities/certificates/rules/autossl/settings.ts';
import check from '../../src/capabilities/mail/checks/mail-policies.ts';
import type { Json } from '../../src/core/values.ts';
import { withSubject, type ExaminedInstallation } from '../../src/doctor/subject.ts';
import { callerNamed } from '../support/accounts.ts';
import { Authority } from '../support/certificates.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';
import { settled } from '../support/settled-web.ts';

const password = 'correct horse battery staple 7';
let here: Installation;
beforeEach(async () => {
  here = new Installation();
  await ok('createacct', { username: 'bob', domain: 'bob.example', password });
});
afterEach(() => here.remove());

type Args = Readonly<Record<string, Json>>;

const call = async (command: string, args: Args, as?: string) =>
  here.call(command, args, as === undefined ? {} : { as: await callerNamed(here, as) });

async function ok(command: string, args: Args = {}, as?: string) {
  const answer = await call(command, args, as);
  expect([command, answer.metadata.reason, answer.metadata.result]).toEqual([
    ...[command, answer.metadata.reason, 1],
  ]);
  return answer;
}

/** @returns the reason. */
async function refused(command: string, args: Args, as?: string): Promise<string> {
  const { metadata } = await call(command, args, as);
  expect([command, metadata.result]).toEqual([command, 0]);
  return metadata.reason;
}

const set = (args: Args = {}) =>
  ok('set_mta_sts_policy', { domain: 'bob.example', mode: 'testing', ...args });
const warningsOf = ({ metadata }: Awaited<ReturnType<typeof ok>>) => metadata.output?.warnings ?? [];

const inRoot = (path: string) => join(here.state, 'root', path);
const zoneText = (zone: string) => readFileSync(inRoot(`var/lib/bind/whmapi1/${zone}.db`), 'utf8');
/** The records of a name in the zone: `TXT "v=STSv1; id=1;"`. */
const recordsOf = (name: string, zone = 'bob.example') =>
  zoneText(zone)
    .split('\n')
    .filter((line) => line.startsWith(`${name}.\t`))
    .map((line) => line.split('\t').slice(3).join(' '));
const POLICIES = 'var/lib/whmapi1-mta-sts';
const served = () => (existsSync(inRoot(POLICIES)) ? readdirSync(inRoot(POLICIES)).sort() : []);
const policyText = (domain: string) => readFileSync(inRoot(`${POLICIES}/mta-sts.${domain}.txt`), 'utf8');
const siteText = (username: string) =>
  readFileSync(inRoot(`etc/apache2/whmapi1/accounts/${username}.conf`), 'utf8');
const isNamed = (name: string, username = 'bob') =>
  new RegExp(`^\\tServerAlias.* ${name.replaceAll('.', '[.]')}( |$)`, 'm').test(siteText(username));

const TEXT = 'version: STSv1\nmode: testing\nmx: bob.example\nmax_age: 604800\n';

/** What differs after a call: nothing. */
async function changesNothing(work: () => Promise<unknown>, zone = 'bob.example'): Promise<void> {
  const state = () => [zoneText(zone), served(), siteText('bob')];
  const before = state();
  await work();
  expect(state()).toEqual(before);
}

/** Five minutes later, when the task runs. */
async function follow(): Promise<void> {
  // The first time, it is only scheduled.
  await runTasks(here, 'detect-mail-routing');
  here.time += 300_000;
  await runTasks(here, 'detect-mail-routing');
}

describe('set_mta_sts_policy', () => {
  it('publishes the policy, its name and its records, and no further one without an address', async () => {
    const { data } = await set();
    expect(policyText('bob.example')).toBe(TEXT);
    const id = String(here.time);
    expect(recordsOf('_mta-sts.bob.example')).toEqual([`TXT "v=STSv1; id=${id};"`]);
    expect(recordsOf('_smtp._tls.bob.example')).toEqual([]);
    expect(recordsOf('mta-sts.bob.example')).toEqual(['A 192.0.2.1']);
    expect(isNamed('mta-sts.bob.example')).toBe(true);
    expect(data).toEqual({
      ...{
        domain: 'bob.example',
        mode: 'testing',
        max_age: 604_800,
        mx: ['bob.example'],
        report_address: '',
      },
      ...{ policy_id: id, url: 'https://mta-sts.bob.example/.well-known/mta-sts.txt', text: TEXT },
      kept_until: Math.ceil(here.time / 1000) + 604_800,
    });
  });

  it('gives each version of the policy another ID, and keeps what is omitted', async () => {
    const ids = new Set<unknown>();
    const versions = [{ report_address: 'tls@bob.example' }, { max_age: '86400' }, { mode: 'enforce' }];
    for (const args of versions) ids.add((await set(args)).data?.policy_id);
    const { data } = await set({ mode: 'enforce' });
    expect(ids.size).toBe(3);
    // Nothing has changed.
    expect(ids.has(data?.policy_id)).toBe(true);
    expect(data).toMatchObject({ mode: 'enforce', max_age: 86_400, report_address: 'tls@bob.example' });
    expect(recordsOf('_mta-sts.bob.example')).toEqual([`TXT "v=STSv1; id=${data?.policy_id as string};"`]);
    expect(recordsOf('_smtp._tls.bob.example')).toEqual(['TXT "v=TLSRPTv1; rua=mailto:tls@bob.example"']);
    await set({ report_address: '' });
    expect(recordsOf('_smtp._tls.bob.example')).toEqual([]);
  });

  it('replaces records of this kind that somebody else has added, and no other texts', async () => {
    const texts = {
      '_mta-sts': ['v=STSv1; id=old;', 'something else'],
      '_smtp._tls': ['v=TLSRPTv1; rua=mailto:old@example.net'],
    };
    for (const [name, list] of Object.entries(texts))
      for (const txtdata of list)
        await ok('addzonerecord', { domain: 'bob.example', name, type: 'TXT', txtdata });
    // Without an address, they are not ours.
    await set();
    expect(recordsOf('_smtp._tls.bob.example')).toHaveLength(1);
    await set({ report_address: "a!b,c'@x.example".replace(',', '') });
    expect(recordsOf('_smtp._tls.bob.example')).toEqual([`TXT "v=TLSRPTv1; rua=mailto:a%21bc'@x.example"`]);
    expect(recordsOf('_mta-sts.bob.example').sort()).toEqual([
      'TXT "something else"',
      `TXT "v=STSv1; id=${here.time};"`,
    ]);
  });

  it('works for a parked domain, without the tweak setting for service subdomains, and not for a subdomain', async () => {
    const parked = { username: 'bob', domain: 'parked.example', web_vhost_domain: 'bob.example' };
    await ok('create_parked_domain_for_user', parked);
    await ok('set_tweaksetting', { key: 'proxysubdomains', value: '0' });
    await runTasks(here);
    await set({ domain: 'parked.example' });
    expect(isNamed('mta-sts.parked.example')).toBe(true);
    expect(isNamed('cpanel.parked.example')).toBe(false);
    await ok('set_tweaksetting', { key: 'proxysubdomains', value: '1' });
    await runTasks(here);
    expect(isNamed('cpanel.parked.example')).toBe(true);
    expect(recordsOf('mta-sts.parked.example', 'parked.example')).toEqual(['A 192.0.2.1']);
    await ok('create_subdomain', { domain: 'shop.bob.example', document_root: 'public_html/shop' });
    expect(await refused('set_mta_sts_policy', { domain: 'shop.bob.example', mode: 'none' })).toMatch(
      /^“shop\.bob\.example” is a subdomain\./,
    );
  });

  it('has AutoSSL request a certificate for its name', async () => {
    await here.engine.store.transaction('changes', async (db) => {
      await autossl.enable(db, {
        ...{ provider: 'LetsEncrypt', directory: '', profile: '', ordersPerHour: undefined },
      });
      return { value: undefined, keep: true };
    });
    await set();
    const kinds = await here.engine.store.transaction('reads', async (db) => ({
      value: await db.all("SELECT input FROM task WHERE kind = 'autossl-check'"),
      keep: false,
    }));
    expect(kinds).toEqual([{ input: JSON.stringify({ username: 'bob' }) }]);
    const { data } = await here.uapi('bob', 'WebVhosts::list_ssl_capable_domains', {});
    expect(data).toContainEqual({
      ...{ domain: 'mta-sts.bob.example', is_proxy: 1, vhost_name: 'bob.example' },
    });
  });

  it('warns while senders could not verify the certificates, only for “enforce”', async () => {
    expect(warningsOf(await set())).toEqual([]);
    const warnings = warningsOf(await set({ mode: 'enforce' }));
    expect(warnings).toEqual([
      expect.stringMatching(
        /^Senders cannot read the policy before “mta-sts\.bob\.example” has a certificate/,
      ),
      expect.stringMatching(
        /^Mail servers have no certificate of an authority: “bob\.example”\. .* Use mode=testing/,
      ),
    ]);
    const authority = await Authority.root('Test Root');
    const issued = await authority.issue({ domains: ['bob.example', 'mta-sts.bob.example'] });
    await ok('installssl', { domain: 'bob.example', ...issued, cab: authority.crt });
    expect(warningsOf(await set({ mode: 'enforce' }))).toEqual([]);
  });

  it('refuses a domain whose zone is not here, and says the way out', async () => {
    await ok('killdns', { domain: 'bob.example' });
    expect(await refused('set_mta_sts_policy', { domain: 'bob.example', mode: 'none' })).toMatch(
      /^The DNS zone of “bob\.example” is not on this server.*adddns/,
    );
    expect(served()).toEqual([]);
  });

  it('refuses mail servers that are not this server, except for “none”', async () => {
    await ok('addzonerecord', {
      ...{
        domain: 'bob.example',
        name: 'bob.example.',
        type: 'MX',
        preference: '20',
        exchange: 'mx.bob.example',
      },
    });
    await ok('addzonerecord', { domain: 'bob.example', name: 'mx', type: 'A', address: '203.0.113.9' });
    await changesNothing(async () => {
      expect(await refused('set_mta_sts_policy', { domain: 'bob.example', mode: 'testing' })).toMatch(
        /^The mail server “mx\.bob\.example” of “bob\.example” is not this server.*mode=none/,
      );
    });
    await set({ mode: 'none' });
    expect(policyText('bob.example')).toBe('version: STSv1\nmode: none\nmax_age: 604800\n');
  });

  it('refuses a name that is a domain, or leads elsewhere, and keeps it from becoming one', async () => {
    await ok('create_subdomain', { domain: 'mta-sts.bob.example', document_root: 'public_html/mta' });
    expect(await refused('set_mta_sts_policy', { domain: 'bob.example', mode: 'none' })).toMatch(
      /^“mta-sts\.bob\.example” is a domain of an account.*delete_domain/,
    );
    await ok('delete_domain', { domain: 'mta-sts.bob.example' });
    await ok('addzonerecord', { domain: 'bob.example', name: 'mta-sts', type: 'A', address: '203.0.113.9' });
    expect(await refused('set_mta_sts_policy', { domain: 'bob.example', mode: 'none' })).toMatch(
      /^The records of “mta-sts\.bob\.example” in the DNS zone lead to another server/,
    );
    const line = zoneText('bob.example')
      .split('\n')
      .findIndex((one) => one.includes('203.0.113.9'));
    await ok('removezonerecord', { zone: 'bob.example', line: String(line + 1) });
    await set();
    for (const [command, args] of [
      ['create_subdomain', { domain: 'mta-sts.bob.example', document_root: 'public_html/mta' }],
      ['createacct', { username: 'eve', domain: 'mta-sts.bob.example', force: '1' }],
      ['adddns', { domain: 'mta-sts.bob.example', ip: '192.0.2.1' }],
    ] as const)
      expect(await refused(command, args)).toMatch(/serves the mail policy of “bob\.example”/);
  });

  it.each([
    'a@b.example\r\nmode: none',
    'a@b.example\nx 60 IN A 192.0.2.66',
    'a@b.example,mailto:v@victim.example',
    'a@b.example; x=y',
    'a"@b.example',
    'a\\@b.example',
    'a b@c.example',
    'a@b.example\0',
  ])('refuses the address %j', async (report_address) => {
    await changesNothing(async () => {
      expect(
        await refused('set_mta_sts_policy', { domain: 'bob.example', mode: 'testing', report_address }),
      ).toMatch(/report_address/);
    });
  });

  it.each([['86399'], ['31557601'], ['-1'], ['1e6'], ['86400\nmode: enforce']])(
    'refuses the max_age %j',
    async (max_age) => {
      expect(
        await refused('set_mta_sts_policy', { domain: 'bob.example', mode: 'testing', max_age }),
      ).toMatch(/max_age/);
    },
  );
});

describe('remove_mta_sts_policy', () => {
  it('removes everything, keeps what somebody else has added, and says until when senders may follow it', async () => {
    const withoutSerial = () => zoneText('bob.example').replace(/\d+(?=\t; serial)/, '');
    const [zone, site] = [withoutSerial(), settled(siteText('bob'))];
    await set({ report_address: 'tls@bob.example' });
    const removed = await ok('remove_mta_sts_policy', { domain: 'bob.example' });
    expect(warningsOf(removed)).toEqual([
      expect.stringMatching(
        /^Senders may follow the former policy of “bob\.example” until 2026-03-08\..*mode=none/,
      ),
    ]);
    expect([withoutSerial(), siteText('bob')]).toEqual([zone, site]);
    expect(served()).toEqual([]);
    expect(await refused('remove_mta_sts_policy', { domain: 'bob.example' })).toMatch(/has no mail policy/);
  });

  it('does not warn once senders must have forgotten it', async () => {
    await set({ mode: 'enforce', max_age: '86400' });
    here.time += 1000;
    const { data } = await set({ mode: 'none', max_age: '604800' });
    expect(data?.kept_until).toBe(Math.ceil(here.time / 1000) + 86_400);
    expect(warningsOf(await ok('remove_mta_sts_policy', { domain: 'bob.example' }, undefined))).toHaveLength(
      1,
    );
    await set({ mode: 'enforce', max_age: '86400' });
    await set({ mode: 'none' });
    here.time += 86_401_000;
    expect(warningsOf(await ok('remove_mta_sts_policy', { domain: 'bob.example' }))).toEqual([]);
  });

  it('works without the zone', async () => {
    await set();
    await ok('killdns', { domain: 'bob.example' });
    const removed = await ok('remove_mta_sts_policy', { domain: 'bob.example' });
    expect(warningsOf(removed).join('\n')).toMatch(/Remove the TXT record of “_mta-sts\.bob\.example”/);
    expect(served()).toEqual([]);
  });
});

describe('a policy', () => {
  const policies = async () => (await ok('list_mta_sts_policies')).data?.policies as { domain: string }[];

  it('follows the name and the domain of its account, and goes with it', async () => {
    await set({ report_address: 'tls@bob.example' });
    await ok('modifyacct', { user: 'bob', newuser: 'robert', DNS: 'robert.example' });
    expect(served()).toEqual(['mta-sts.robert.example.txt']);
    expect(policyText('robert.example')).toBe(TEXT.replace('bob', 'robert'));
    expect(isNamed('mta-sts.robert.example', 'robert')).toBe(true);
    expect(recordsOf('mta-sts.robert.example', 'robert.example')).toEqual(['A 192.0.2.1']);
    expect(recordsOf('_mta-sts.robert.example', 'robert.example')).toHaveLength(1);
    expect(await policies()).toMatchObject([
      { domain: 'robert.example', mx: ['robert.example'], report_address: 'tls@robert.example' },
    ]);
    await follow();
    expect(recordsOf('_smtp._tls.robert.example', 'robert.example')).toEqual([
      'TXT "v=TLSRPTv1; rua=mailto:tls@robert.example"',
    ]);
    await ok('suspendacct', { user: 'robert' });
    expect(served()).toEqual(['mta-sts.robert.example.txt']);
    await ok('removeacct', { username: 'robert' });
    expect([served(), await policies()]).toEqual([[], []]);
  });

  it('goes with its domain', async () => {
    const parked = { username: 'bob', domain: 'parked.example', web_vhost_domain: 'bob.example' };
    await ok('create_parked_domain_for_user', parked);
    await set({ domain: 'parked.example' });
    await set();
    await ok('delete_domain', { domain: 'parked.example' });
    expect(served()).toEqual(['mta-sts.bob.example.txt']);
    expect((await policies()).map(({ domain }) => domain)).toEqual(['bob.example']);
  });

  it('goes to the account that its addon domain becomes', async () => {
    await ok('create_subdomain', { domain: 'shop.bob.example', document_root: 'public_html/shop' });
    await ok('create_parked_domain_for_user', {
      ...{ username: 'bob', domain: 'shop.example', web_vhost_domain: 'shop.bob.example' },
    });
    const { data } = await set({ domain: 'shop.example', report_address: 'tls@shop.example' });
    const before = [policyText('shop.example'), recordsOf('_mta-sts.shop.example', 'shop.example')];
    await ok('convert_addon_initiate_conversion', { domain: 'shop.example', username: 'shop', wait: '1' });
    expect([policyText('shop.example'), recordsOf('_mta-sts.shop.example', 'shop.example')]).toEqual(before);
    expect(isNamed('mta-sts.shop.example', 'shop')).toBe(true);
    expect(siteText('bob')).not.toContain('mta-sts');
    expect(await policies()).toEqual([data]);
    await ok('removeacct', { username: 'shop' });
    expect([served(), await policies()]).toEqual([[], []]);
  });

  it('is written again by --rebuild', async () => {
    await set();
    const before = [policyText('bob.example'), siteText('bob')];
    rmSync(inRoot(POLICIES), { recursive: true });
    const rebuilding = new Rebuilding(here.environment);
    const found = await rebuilding.look([]);
    expect(found.missing).toMatchObject([{ part: 'web', what: 'the mail policy of “bob.example”' }]);
    await rebuilding.run(found, false, () => undefined);
    rebuilding.close();
    expect([policyText('bob.example'), siteText('bob')]).toEqual(before);
  });
});

describe('a policy whose zone somebody changes', () => {
  const findings = async () => {
    const installation = {
      ...{ environment: here.environment, userId: process.getuid?.() ?? 0, stateDirectory: here.state },
      ...{ machine: here.engine.machine as ExaminedInstallation['machine'], now: () => here.time },
    };
    const found = await withSubject(installation as ExaminedInstallation, (subject) => check.run(subject));
    return found.map(({ severity, message, command = '' }) => [severity, message, command]);
  };
  const addMx = (exchange: string, address: string) =>
    Promise.all([
      ok('addzonerecord', {
        ...{ domain: 'bob.example', name: 'bob.example.', type: 'MX', preference: '20' },
        exchange: `${exchange}.bob.example`,
      }),
      ok('addzonerecord', { domain: 'bob.example', name: exchange, type: 'A', address }),
    ]);

  it('names further mail servers of this server, and is announced again, within five minutes', async () => {
    expect(await findings()).toEqual([['ok', 'No domain has a mail policy (MTA-STS).', '']]);
    await set({ report_address: 'tls@bob.example' });
    await follow();
    expect((await findings())[0]?.[0]).toBe('ok');
    const [before] = recordsOf('_mta-sts.bob.example');
    expect(before).toBeDefined();
    await addMx('mx2', '192.0.2.1');
    expect(await findings()).toMatchObject([
      ['problem', expect.stringContaining('“mx2.bob.example”'), expect.any(String)],
    ]);
    await follow();
    expect(policyText('bob.example')).toContain('mx: bob.example\nmx: mx2.bob.example\n');
    const [after] = recordsOf('_mta-sts.bob.example');
    expect(after).toMatch(/v=STSv1/);
    expect(after).not.toBe(before);
    const line = zoneText('bob.example')
      .split('\n')
      .findIndex((one) => one.startsWith('_mta-sts.'));
    await ok('removezonerecord', { zone: 'bob.example', line: String(line + 1) });
    expect(await findings()).toMatchObject([
      [
        'problem',
        expect.stringMatching(/^Senders do not find the mail policy of “bob\.example”/),
        'whmapi1 set_mta_sts_policy domain=bob.example mode=testing',
      ],
    ]);
    await follow();
    expect(recordsOf('_mta-sts.bob.example')).toEqual([after]);
    expect((await findings())[0]?.[0]).toBe('ok');
    expect(recordsOf('_smtp._tls.bob.example')).toHaveLength(1);
  });

  it('stays if a mail server is elsewhere, and --doctor says how to withdraw it', async () => {
    await set({ mode: 'enforce' });
    await addMx('mx', '203.0.113.9');
    await follow();
    expect(policyText('bob.example')).not.toContain('mx.bob.example');
    expect(await findings()).toMatchObject([
      [
        'problem',
        expect.stringMatching(
          /does not name these mail servers: “mx\.bob\.example”\. Senders do not deliver/,
        ),
        'whmapi1 set_mta_sts_policy domain=bob.example mode=none',
      ],
      ['warning', expect.stringContaining('“mta-sts.bob.example”'), expect.stringContaining('autossl')],
    ]);
    await set({ mode: 'none' });
    expect((await findings())[0]?.[0]).toBe('ok');
    await ok('killdns', { domain: 'bob.example' });
    expect(await findings()).toMatchObject([
      ['warning', expect.stringMatching(/adddns.*remove_mta_sts_policy/), ''],
    ]);
  });
});

describe('a reseller', () => {
  beforeEach(async () => {
    await ok('createacct', { username: 'res', domain: 'res.example', password, reseller: '1' });
    await ok('setacls', { reseller: 'res', 'acl-edit-dns': '1' });
    await ok('createacct', { username: 'ann', domain: 'ann.example', owner: 'res' });
  });

  it('has the functions for its own accounts only', async () => {
    await set();
    await ok('set_mta_sts_policy', { domain: 'ann.example', mode: 'testing' }, 'res');
    const { data } = await ok('list_mta_sts_policies', {}, 'res');
    expect((data?.policies as { domain: string }[]).map(({ domain }) => domain)).toEqual(['ann.example']);
    await changesNothing(async () => {
      for (const command of ['set_mta_sts_policy', 'remove_mta_sts_policy', 'list_mta_sts_policies']) {
        const args = { domain: 'bob.example', ...(command.startsWith('set') && { mode: 'none' }) };
        expect(await refused(command, args, 'res')).toBe(
          'You do not have an account with the domain “bob.example”.',
        );
      }
    });
  });

  it('needs a privilege for DNS', async () => {
    await ok('setacls', { reseller: 'res', 'acl-list-accts': '1' });
    for (const command of ['set_mta_sts_policy', 'remove_mta_sts_policy', 'list_mta_sts_policies'])
      expect((await call(command, { domain: 'ann.example', mode: 'none' }, 'res')).metadata).toMatchObject({
        ...{ result: 0, error_code: 'denied' },
      });
  });
});
