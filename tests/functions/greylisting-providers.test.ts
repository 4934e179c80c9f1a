// Common mail providers of greylisting: their hosts come from their own SPF records.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { MachineError } from '../../src/core/machine-error.ts';
import type { MachineResolver } from '../../src/core/machine-resolver.ts';
import type { Hash } from '../../src/core/values.ts';
import { Installation } from '../support/installation.ts';
import { runTasks } from '../support/run-tasks.ts';

let here: Installation;
/** TXT records by name. A text that is missing is a nameserver that does not respond. */
let texts: Record<string, readonly string[]>;
beforeEach(() => {
  here = new Installation();
  texts = {
    '_spf.google.com': ['v=spf1 include:_netblocks.google.com include:_netblocks2.google.com ~all'],
    '_netblocks.google.com': ['other', 'v=spf1 ip4:192.0.2.0/24 ip4:198.51.100.7 -ip4:203.0.113.1 ~all'],
    '_netblocks2.google.com': ['v=spf1 ip6:2001:db8:4000::/36 include:_spf.google.com ~all'],
    'yahoo.com': ['v=spf1 redirect=_spf.mail.yahoo.com'],
    '_spf.mail.yahoo.com': ['v=spf1 a:mta.yahoo.com/28 mx exists:%{i}.yahoo.com ptr ?all'],
  };
  const resolver: MachineResolver = {
    servers: () => [],
    async texts(name) {
      const found = texts[name];
      if (found === undefined) throw new MachineError('failed', `“${name}” could not be resolved.`);
      return [...found];
    },
    ipv4: async (name) => (name === 'mta.yahoo.com' ? ['203.0.113.77'] : []),
    ipv6: async (name) => (name === 'mx.yahoo.com' ? ['2001:db8:5::25'] : []),
    mailServers: async () => [{ exchange: 'mx.yahoo.com', preference: 1 }],
    namesOf: async () => [],
    textsFrom: async () => [],
    aliases: async () => [],
    nameservers: async () => [],
    caa: async () => [],
  };
  here.overrides = { machine: { ...here.engine.machine, resolver: async () => resolver } };
});
afterEach(() => {
  here.remove();
});

const data = async (command: string, args = {}): Promise<Hash> => {
  const envelope = await here.call(command, args);
  expect(envelope.metadata.reason).toBe('OK');
  return envelope.data ?? {};
};
const trusted = () =>
  readFileSync(join(here.state, 'root/etc/exim4/whmapi1/greylist/trusted'), 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.includes('127.0.0.0') && !line.includes('::1/128'));
const configOf = async (provider: string) => {
  const { common_mail_providers: all } = await data('cpgreylist_load_common_mail_providers_config');
  return (all as Readonly<Record<string, Hash>>)[provider];
};
const hostsOf = async (provider: string) => {
  const { providers } = await data('cpgreylist_list_entries_for_common_mail_provider', { provider });
  return ((providers as Readonly<Record<string, { ips: Hash[] }>>)[provider]?.ips ?? []).map(
    ({ host_ip }) => host_ip,
  );
};
/** A day later. */
async function update() {
  here.time += 86_400_000;
  await runTasks(here, 'update-greylist-providers');
}

const GOOGLE = ['192.0.2.0/24', '198.51.100.7', '2001:db8:4000::/36'];

it('are listed with the networks of their SPF records, and stored once they are trusted', async () => {
  expect(await data('cpgreylist_load_common_mail_providers_config')).toMatchObject({
    autotrust_new_common_mail_providers: 1,
    common_mail_providers: {
      google: { autoupdate: 1, display_name: 'Google', is_trusted: 0 },
      yahoo: { autoupdate: 1, display_name: 'Yahoo', is_trusted: 0 },
    },
  });
  const entry = { create_time: '2026-03-01 12:00:10', is_trusted: 0, provider_id: 4 };
  expect(
    await data('cpgreylist_list_entries_for_common_mail_provider', {
      provider: ['google', 'gogle', 'apple'],
    }),
  ).toEqual({
    providers: { google: { ips: GOOGLE.map((host_ip) => ({ ...entry, host_ip })) } },
    providers_failed: {
      gogle:
        '“gogle” is not a mail provider that this server knows. It should be one of: amazon, apple, fastmail, google, microsoft, proton, yahoo.',
      apple: 'Its addresses could not be looked up: “icloud.com” could not be resolved.',
    },
  });
  expect(
    await data('cpgreylist_trust_entries_for_common_mail_provider', {
      provider: ['google', 'yahoo', 'apple', 'x'],
    }),
  ).toMatchObject({
    providers_trusted: { google: { ips_trusted: 3 }, yahoo: { ips_trusted: 2 } },
    providers_failed: {
      apple: expect.stringContaining('icloud.com') as string,
      x: expect.stringContaining('“x” is not a mail provider') as string,
    },
  });
  expect(trusted()).toEqual(
    ['192.0.2.0/24', '198.51.100.7/32', '2001:db8:4000::/36', '2001:db8:5::25/128', '203.0.113.64/28'].map(
      (network) => `"${network}"`,
    ),
  );
  expect(await configOf('google')).toMatchObject({ is_trusted: 1 });
  texts = {};
  expect(await hostsOf('google')).toEqual(GOOGLE);
  await data('create_cpgreylist_trusted_host', { ip: '192.0.2.0/24' });
  expect(
    await data('cpgreylist_untrust_entries_for_common_mail_provider', { provider: ['google', 'x'] }),
  ).toMatchObject({
    providers_untrusted: { google: { ips_untrusted: 3 } },
    providers_failed: { x: expect.stringContaining('“x” is not') as string },
  });
  expect(trusted()).toEqual(
    ['192.0.2.0/24', '2001:db8:5::25/128', '203.0.113.64/28'].map((one) => `"${one}"`),
  );
});

it('are refused if their record would trust too much, or is broken', async () => {
  const failure = async (record: string) => {
    texts['_spf.google.com'] = [record];
    const { providers_failed } = await data('cpgreylist_trust_entries_for_common_mail_provider', {
      provider: 'google',
    });
    return (providers_failed as Hash).google;
  };
  const reason = (text: string) => `Its addresses could not be looked up: ${text}`;
  expect(await failure('v=spf1 ip4:0.0.0.0/0')).toBe(
    reason('The SPF record of “_spf.google.com” allows “0.0.0.0/0”, which is too much.'),
  );
  expect(await failure('v=spf1 +all')).toBe(
    reason('The SPF record of “_spf.google.com” allows the whole internet.'),
  );
  expect(await failure('v=spf1 -all')).toBe(
    reason('The SPF record of “_spf.google.com” allows no networks.'),
  );
  expect(await failure('v=spf1 ip4:192.0.2.300')).toBe(reason('The term “ip4:192.0.2.300” is not valid.'));
  expect(await failure('nothing')).toBe(reason('“_spf.google.com” should have one SPF record, and has 0.'));
  for (let at = 0; at < 150; at += 1) texts[`${at}.test`] = [`v=spf1 include:${at + 1}.test`];
  expect(await failure('v=spf1 include:0.test')).toBe(
    reason('The SPF record needs more than 100 DNS lookups.'),
  );
});

it('are looked up again each day, and those that are new are trusted', async () => {
  await update();
  expect(await configOf('google')).toMatchObject({ is_trusted: 0 });
  await data('enable_cpgreylist');
  await data('cpgreylist_untrust_entries_for_common_mail_provider', { provider: 'yahoo' });
  await update();
  expect(await configOf('google')).toMatchObject({ is_trusted: 1 });
  expect(await configOf('yahoo')).toMatchObject({ is_trusted: 0 });
  // Its lookup failed, so it is still new.
  expect(await configOf('apple')).toMatchObject({ is_trusted: 0 });
  texts['_spf.google.com'] = ['v=spf1 ip4:192.0.2.128/25'];
  texts['icloud.com'] = ['v=spf1 ip4:198.51.100.0/24'];
  const saved = { autotrust_new_common_mail_providers: '0', yahoo: '0' };
  expect(await data('cpgreylist_save_common_mail_providers_config', saved)).toMatchObject({
    autotrust_new_common_mail_providers: 0,
    common_mail_providers: { yahoo: { autoupdate: 0 }, google: { autoupdate: 1, is_trusted: 1 } },
  });
  texts['yahoo.com'] = ['v=spf1 ip4:198.51.100.8'];
  await update();
  expect(await hostsOf('google')).toEqual(['192.0.2.128/25']);
  expect(trusted()).toEqual(['"192.0.2.128/25"']);
  expect(await hostsOf('apple')).toEqual(['198.51.100.0/24']);
  expect(await hostsOf('yahoo')).toEqual(['2001:db8:5::25', '203.0.113.64/28']);
  texts = {};
  await update();
  expect(trusted()).toEqual(['"192.0.2.128/25"']);
});
