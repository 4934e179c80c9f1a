// Signed zones on a real named, as validators see them.
import { spawnSync } from 'node:child_process';
import { appendFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bind } from '../../src/capabilities/dns/driver/zones/bind/bind.ts';
import { renderPolicies } from '../../src/capabilities/dns/driver/zones/bind/policies.ts';
import type { SigningKey, Zone } from '../../src/capabilities/dns/driver/zones/contract.ts';
import type { Json } from '../../src/core/values.ts';
import {
  nameOfPolicy,
  policyOfName,
  signingPolicies,
} from '../../src/capabilities/dns/driver/zones/signing-policy.ts';
import { Installation } from '../support/installation.ts';
import { describeWith } from '../support/require-tool.ts';
import { PrivateNamed } from '../capabilities/dns/driver/zones/private-named.ts';
import { changeZone, until, zoneOf } from '../capabilities/dns/driver/zones/zone-texts.ts';

const simple = nameOfPolicy({ algorithm: 13, keys: 'simple', denial: 'nsec3' });
const classic = nameOfPolicy({ algorithm: 8, keys: 'classic', denial: 'nsec' });
const signed = (name: string, serial: number, more = '', dnssecPolicy: string | null = simple): Zone => ({
  ...zoneOf(name, serial, more),
  dnssecPolicy,
});

/** The DS records with SHA-256, as registrars have them. */
const dsRecords = (keys: readonly SigningKey[]) =>
  keys.flatMap(({ tag, algorithm, digests }) =>
    digests.filter(({ type }) => type === 2).map(({ digest }) => `${tag} ${algorithm} 2 "${digest}"`),
  );

/** The result of a validator that trusts only these DS records. */
function validate(
  named: PrivateNamed,
  zone: string,
  ds: readonly string[],
  name: string,
  type = 'A',
): string {
  const file = join(named.folder, 'anchors');
  writeFileSync(file, `trust-anchors { ${ds.map((one) => `"${zone}." static-ds ${one};`).join('\n')} };\n`);
  const words = ['@127.0.0.1', `-p${named.server.port}`, '-a', file, `+root=${zone}`, name, type];
  const { stdout, stderr } = spawnSync('delv', words, { encoding: 'utf8' });
  return stdout + stderr;
}

describe('a DNSSEC policy', () => {
  it('has a name that describes it', () => {
    expect(classic).toBe('whmapi1-rsasha256-classic-nsec');
    for (const policy of signingPolicies) expect(policyOfName(nameOfPolicy(policy))).toEqual(policy);
    expect(policyOfName('default')).toBeUndefined();
    expect(renderPolicies().match(/^dnssec-policy /gm)).toHaveLength(24);
  });
});

describeWith(['named', 'named-checkzone', 'dnssec-dsfromkey', 'delv', 'dig'], 'signed zones on BIND', () => {
  let named: PrivateNamed;
  let bind: Bind;

  beforeAll(async () => {
    named = await PrivateNamed.start();
    bind = new Bind(named.server);
    const step = await bind.setUp(named.machine, { keys: [], secondaries: [], catalog: null }, Date.now());
    await step.apply(named.machine, await step.prepare(named.machine));
  });
  afterAll(() => named.close());

  const change = (name: string, after: Zone | null) => changeZone(bind, named.machine, name, after);
  const serialOf = (name: string) => Number(named.dig(name, 'SOA').split(' ')[2]);
  const delv = async (zone: string, name: string) =>
    validate(named, zone, dsRecords(await bind.keys(named.machine, zone)), name);
  const beside = (name: string) =>
    readdirSync(named.path('/var/lib/bind/whmapi1')).filter((file) => file.startsWith(`${name}.db.`));

  it('need the policies, which --doctor checks', async () => {
    expect(await bind.examine(named.machine)).toEqual([]);
    const path = named.path('/etc/bind/whmapi1/policies.conf');
    writeFileSync(path, '');
    expect(await bind.examine(named.machine)).toEqual([expect.stringContaining('policies.conf')]);
    await expect(change('z.example', signed('z.example', 1))).rejects.toThrow(
      /^BIND refuses its configuration: .*whmapi1-ecdsap256sha256-simple-nsec3' has no matching dnssec-policy/,
    );
    writeFileSync(path, renderPolicies());
    await change('z.example', signed('z.example', 1));
  });

  it('are validated as soon as a change returns, with each next version and for nonexistent names', async () => {
    await change('a.example', zoneOf('a.example', 1));
    await change('a.example', signed('a.example', 1));
    expect(await delv('a.example', 'ns.a.example')).toMatch(/^; fully validated$/m);
    for (let serial = 2; serial < 6; serial++) {
      await change('a.example', signed('a.example', serial, `www IN A 192.0.2.${serial}\n`));
      const answer = await delv('a.example', 'www.a.example');
      expect(answer).toMatch(/^; fully validated$/m);
      expect(answer).toContain(`192.0.2.${serial}`);
    }
    expect(await delv('a.example', 'nobody.a.example')).toMatch(/^; negative response, fully validated$/m);
    expect(named.text('/var/lib/bind/whmapi1/a.example.db')).toBe(
      zoneOf('a.example', 5, 'www IN A 192.0.2.5\n').text,
    );
  });

  it('have the keys of their policy, which only BIND can read', async () => {
    await change('b.example', signed('b.example', 1, '', classic));
    const keys = await bind.keys(named.machine, 'b.example');
    expect(keys.map(({ role }) => role).sort()).toEqual(['KSK', 'ZSK']);
    const ksk = keys.find(({ role }) => role === 'KSK');
    expect(ksk).toMatchObject({ algorithm: 8, bits: 2048, flags: 257, isActive: true });
    expect(ksk?.digests.map(({ type, digest }) => [type, digest.length])).toEqual([
      [1, 40],
      [2, 64],
      [4, 96],
    ]);
    expect(Math.abs((ksk?.createdAt ?? 0) - Date.now())).toBeLessThan(120_000);
    expect(keys.find(({ role }) => role === 'ZSK')).toMatchObject({ flags: 256, digests: [] });
    expect(await delv('b.example', 'ns.b.example')).toMatch(/^; fully validated$/m);
    const folder = named.path('/var/lib/bind/whmapi1/keys');
    expect(statSync(folder).mode & 0o777).toBe(0o770);
    for (const file of readdirSync(folder).filter((one) => one.endsWith('.private'))) {
      expect(statSync(join(folder, file)).mode & 0o077).toBe(0);
    }
    expect(await bind.keys(named.machine, 'example')).toEqual([]);
  });

  it('are served as before when a change is undone, and so are later changes', async () => {
    await change('c.example', signed('c.example', 1, 'www IN A 192.0.2.1\n'));
    const before = serialOf('c.example');
    const next = await change('c.example', signed('c.example', 2, 'www IN A 192.0.2.2\n'));
    for (let time = 0; time < 2; time++) await next.step.undo(named.machine, next.memento);
    await until(() => named.dig('www.c.example', 'A') === '192.0.2.1');
    // Secondaries see a version that is newer than the one that they may have copied.
    await until(() => serialOf('c.example') > before + 1);
    await change('c.example', signed('c.example', 2, 'www IN A 192.0.2.3\n'));
    expect(named.dig('www.c.example', 'A')).toBe('192.0.2.3');
    expect(await delv('c.example', 'www.c.example')).toMatch(/^; fully validated$/m);
  });

  it('are loaded if they were edited while named was not running', async () => {
    await change('d.example', signed('d.example', 1));
    await change('d.example', signed('d.example', 2, 'www IN A 192.0.2.2\n'));
    await named.stop();
    const file = named.path('/var/lib/bind/whmapi1/d.example.db');
    writeFileSync(file, named.text('/var/lib/bind/whmapi1/d.example.db').replace('( 2 ', '( 3 '));
    appendFileSync(file, 'byhand IN A 192.0.2.9\n');
    await named.resume();
    await until(() => named.dig('byhand.d.example', 'A') === '192.0.2.9');
    expect(await delv('d.example', 'byhand.d.example')).toMatch(/^; fully validated$/m);
  });

  it('are unsigned at once when they lose their policy, can be signed again with other keys, and can be undone', async () => {
    await change('e.example', signed('e.example', 1));
    await change('e.example', signed('e.example', 2, 'www IN A 192.0.2.2\n'));
    const keys = await bind.keys(named.machine, 'e.example');
    const serial = (await bind.servedSerial(named.machine, 'e.example')) ?? 0;
    expect(serial).toBeGreaterThan(2);
    const off = await change('e.example', zoneOf('e.example', serial + 1));
    const remove = bind.removeKeys('e.example');
    const memento = JSON.parse(JSON.stringify(await remove.prepare(named.machine))) as never;
    await remove.apply(named.machine, memento);
    expect(named.dig('e.example', 'DNSKEY')).toBe('');
    expect(named.dig('ns.e.example', 'A', '+dnssec')).toBe('192.0.2.1');
    expect(serialOf('e.example')).toBe(serial + 1);
    expect(beside('e.example')).toEqual([]);
    expect(await bind.keys(named.machine, 'e.example')).toEqual([]);
    for (let time = 0; time < 2; time++) {
      await remove.undo(named.machine, memento);
      await off.step.undo(named.machine, off.memento);
    }
    expect(await bind.keys(named.machine, 'e.example')).toEqual(keys);
    await until(() => named.dig('e.example', 'DNSKEY').startsWith('257 '));
    expect(await delv('e.example', 'www.e.example')).toMatch(/^; fully validated$/m);
    await change('e.example', zoneOf('e.example', serial + 10));
    await remove.apply(named.machine, memento);
    await change('e.example', signed('e.example', serial + 10));
    expect((await bind.keys(named.machine, 'e.example'))[0]?.tag).not.toBe(keys[0]?.tag);
    expect(await delv('e.example', 'ns.e.example')).toMatch(/^; fully validated$/m);
  });

  it('with a TTL that is too long for BIND to sign are rejected with the line, and stay unsigned', async () => {
    const text = 'www 9999999 IN A 192.0.2.2\n';
    await change('f.example', zoneOf('f.example', 1, text));
    await expect(change('f.example', signed('f.example', 1, text))).rejects.toThrow(
      /line 6: TTL 9999999 exceeds/,
    );
    expect(named.dig('f.example', 'DNSKEY')).toBe('');
    await change('f.example', zoneOf('f.example', 2, text));
  });
});

describeWith(
  ['named', 'named-checkzone', 'dnssec-dsfromkey', 'delv', 'dig'],
  'DNSSEC through the public interface',
  () => {
    let here: Installation;
    let named: PrivateNamed;

    beforeAll(async () => {
      here = new Installation({ checksZones: true });
      await here.call('version');
      named = await PrivateNamed.start({ folder: here.state });
      named.announce();
      const bind = new Bind(named.server);
      const step = await bind.setUp(named.machine, { keys: [], secondaries: [], catalog: null }, Date.now());
      await step.apply(named.machine, await step.prepare(named.machine));
    });
    afterAll(async () => {
      await named.close();
      here.remove();
    });

    async function ok(command: string, args: Record<string, Json>) {
      const { metadata, data } = await here.call(command, args);
      expect([metadata.reason, metadata.result]).toEqual([metadata.reason, 1]);
      return data as unknown as { domains: Answer[] };
    }
    interface Answer {
      readonly domain: string;
      readonly enabled?: number;
      readonly new_key_id?: string;
      readonly error?: string;
      readonly ds_records?: {
        readonly keys: Record<string, { algo_num: number; digests: { algo_num: number; digest: string }[] }>;
      };
    }
    async function registrarOf(domain: string): Promise<string[]> {
      const { domains } = await ok('fetch_ds_records_for_domains', { domain });
      return Object.entries(domains[0]?.ds_records?.keys ?? {}).flatMap(
        ([tag, { algo_num: algorithm, digests }]) =>
          digests
            .filter((one) => one.algo_num === 2)
            .map(({ digest }) => `${tag} ${algorithm} 2 "${digest}"`),
      );
    }

    it.each([
      ['bob.example', '8'],
      ['carl.example', '13'],
    ])(
      '%s is validated with the returned DS record, after each edit, and is unsigned afterwards',
      async (domain, algorithm) => {
        await ok('adddns', { domain, ip: '192.0.2.7' });
        const { domains } = await ok('enable_dnssec_for_domains', { domain, algo_num: algorithm });
        const ds = await registrarOf(domain);
        expect(domains[0]?.new_key_id).toBe(ds[0]?.split(' ')[0]);
        expect(ds).toHaveLength(1);
        expect(validate(named, domain, ds, domain)).toMatch(/^; fully validated$/m);
        await ok('addzonerecord', { domain, name: 'shop', type: 'A', address: '192.0.2.8' });
        expect(validate(named, domain, ds, `shop.${domain}`)).toMatch(/^; fully validated$/m);
        expect(validate(named, domain, ds, `nobody.${domain}`)).toMatch(
          /^; negative response, fully validated$/m,
        );
        await ok('disable_dnssec_for_domains', { domain });
        expect(named.dig(`shop.${domain}`, 'A', '+dnssec')).toBe('192.0.2.8');
        expect(validate(named, domain, ds, `shop.${domain}`)).not.toMatch(/fully validated/);
        await ok('addzonerecord', { domain, name: 'later', type: 'A', address: '192.0.2.9' });
        expect(named.dig(`later.${domain}`, 'A')).toBe('192.0.2.9');
        await ok('killdns', { domain });
        expect(named.dig(domain, 'SOA')).toBe('REFUSED');
      },
    );

    it('a signed zone has one serial: BIND answers with it, functions report it, and edits are checked against it', async () => {
      const domain = 'greta.example';
      const served = () => Number(named.dig(domain, 'SOA').split(' ')[2]);
      const reported = async () => {
        const { zone } = (await ok('dumpzone', { domain })) as unknown as {
          zone: { record: { type: string; serial?: string }[] }[];
        };
        return Number(zone[0]?.record.find(({ type }) => type === 'SOA')?.serial);
      };
      await ok('adddns', { domain, ip: '192.0.2.7' });
      const first = served();
      expect(await reported()).toBe(first);
      await ok('enable_dnssec_for_domains', { domain, algo_num: '13' });
      expect(served()).toBeGreaterThan(first);
      expect(await reported()).toBe(served());
      const edit = { zone: domain, add: '{"dname":"shop","ttl":300,"record_type":"A","data":["192.0.2.8"]}' };
      const { metadata } = await here.call('mass_edit_dns_zone', { ...edit, serial: String(first) });
      expect(metadata.reason).toContain('does not match the DNS zone’s serial number');
      const present = served();
      const { new_serial: next } = (await ok('mass_edit_dns_zone', {
        ...edit,
        serial: String(present),
      })) as unknown as { new_serial: number | string };
      expect(Number(next)).toBeGreaterThan(present);
      expect(served()).toBe(Number(next));
      expect(await reported()).toBe(Number(next));
    });

    it('a zone that BIND cannot sign does not stop the others', async () => {
      await ok('adddns', { domain: 'dora.example', ip: '192.0.2.7' });
      await ok('adddns', { domain: 'emil.example', ip: '192.0.2.7' });
      const long = { domain: 'dora.example', name: 'long', type: 'A', address: '192.0.2.8', ttl: '9999999' };
      await ok('addzonerecord', long);
      const { domains } = await ok('enable_dnssec_for_domains', { domain: ['dora.example', 'emil.example'] });
      expect(domains.map(({ enabled }) => enabled)).toEqual([0, 1]);
      expect(domains[0]?.error).toMatch(/TTL 9999999 exceeds/);
      expect(named.dig('dora.example', 'DNSKEY')).toBe('');
      expect(validate(named, 'emil.example', await registrarOf('emil.example'), 'emil.example')).toMatch(
        /fully/,
      );
      const { metadata } = await here.call('enable_dnssec_for_domains', { domain: 'dora.example' });
      expect(metadata).toMatchObject({ result: 0, reason: expect.stringMatching(/TTL 9999999/) as string });
      const { metadata: refused } = await here.call('addzonerecord', { ...long, domain: 'emil.example' });
      expect(refused.reason).toMatch(/TTL 9999999 exceeds/);
    });
  },
);
