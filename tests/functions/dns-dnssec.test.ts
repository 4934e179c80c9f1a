// DNSSEC through the public interface, in a sandbox: the configuration is written, and no keys are reported, because
// only BIND creates them.
import { appendFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';
import { itWith } from '../support/require-tool.ts';

let here: Installation;
beforeEach(async () => {
  here = new Installation({ checksZones: true });
  for (const domain of ['bob.example', 'carl.example'])
    await ok('adddns', { domain, ip: '192.0.2.7', trueowner: 'root' });
});
afterEach(() => here.remove());

type Args = Record<string, Json>;

async function call(command: string, args: Args, as?: ReturnType<typeof reseller>) {
  return here.call(command, args, as === undefined ? {} : { as });
}

async function ok(command: string, args: Args = {}, as?: ReturnType<typeof reseller>) {
  const answer = await call(command, args, as);
  expect([answer.metadata.reason, answer.metadata.result]).toEqual([answer.metadata.reason, 1]);
  return answer;
}

const domains = async (command: string, args: Args, as?: ReturnType<typeof reseller>) =>
  (await ok(command, args, as)).data?.domains as unknown as Record<string, unknown>[];
const path = (file: string) => join(here.state, 'root', file);
const statement = (zone: string) => path(`etc/bind/whmapi1/zones/${zone}.conf`);
const zoneFile = (zone: string) => path(`var/lib/bind/whmapi1/${zone}.db`);
const keyFiles = () => readdirSync(path('var/lib/bind/whmapi1/keys')).sort();
const policyOf = (zone: string) =>
  /dnssec-policy "(.*)"/.exec(readFileSync(statement(zone), 'utf8'))?.[1] ?? null;
const serialOf = (zone: string) => Number(/\b(20\d{8})\b/.exec(readFileSync(zoneFile(zone), 'utf8'))?.[1]);

/** The files that BIND would create. */
function makeKey(zone: string, tag: string, state: string, key = ''): void {
  mkdirSync(path('var/lib/bind/whmapi1/keys'), { recursive: true });
  const start = path(`var/lib/bind/whmapi1/keys/K${zone}.+013+${tag}`);
  writeFileSync(`${start}.state`, state);
  writeFileSync(`${start}.key`, key);
  writeFileSync(`${start}.private`, 'secret');
}

describe('enable_dnssec_for_domains', () => {
  it('has each zone signed with the requested policy; its file is not changed', async () => {
    const before = readFileSync(zoneFile('bob.example'), 'utf8');
    const answer = await ok('enable_dnssec_for_domains', { domain: 'bob.example' });
    expect(answer.data).toEqual({
      domains: [{ domain: 'bob.example', enabled: 1, nsec_version: 'NSEC3', nsec_error: '' }],
    });
    expect(answer.metadata.output?.warnings?.join()).toContain('No nameserver runs in this sandbox');
    expect(policyOf('bob.example')).toBe('whmapi1-rsasha256-classic-nsec3');
    expect(readFileSync(statement('bob.example'), 'utf8')).toContain('inline-signing yes;');
    expect(readFileSync(zoneFile('bob.example'), 'utf8')).toBe(before);
    await ok('enable_dnssec_for_domains', { domain: 'carl.example', algo_num: '14', use_nsec3: '0' });
    expect(policyOf('carl.example')).toBe('whmapi1-ecdsap384sha384-simple-nsec');
  });

  it('uses the requested parameters', async () => {
    const asked: [Args, string][] = [
      [{ algo_num: '13' }, 'ecdsap256sha256-simple-nsec3'],
      [{ algo_num: '13', key_setup: 'classic', nsec3_opt_out: '1' }, 'ecdsap256sha256-classic-nsec3-opt-out'],
      [{ algo_num: '10', use_nsec3: '0', nsec3_opt_out: '1' }, 'rsasha512-simple-nsec'],
      [{ key_setup: 'simple' }, 'rsasha256-simple-nsec3'],
    ];
    for (const [args, policy] of asked) {
      await ok('enable_dnssec_for_domains', { domain: 'bob.example', ...args });
      expect(policyOf('bob.example')).toBe(`whmapi1-${policy}`);
      await ok('disable_dnssec_for_domains', { domain: 'bob.example' });
    }
  });

  it('keeps the policy when records are edited or the zone is reset', async () => {
    await ok('enable_dnssec_for_domains', { domain: 'bob.example', algo_num: '13' });
    await ok('addzonerecord', { domain: 'bob.example', name: 'shop', type: 'A', address: '192.0.2.9' });
    expect(policyOf('bob.example')).toBe('whmapi1-ecdsap256sha256-simple-nsec3');
  });

  it('reports errors per domain, and signs the others', async () => {
    appendFileSync(statement('carl.example'), '// by hand\n');
    const all = ['bob.example', 'carl.example', 'nobody.example', 'not a domain'];
    const answered = await domains('enable_dnssec_for_domains', { domain: all });
    expect(answered.map(({ domain, enabled }) => [domain, enabled])).toEqual([
      ['bob.example', 1],
      ['carl.example', 0],
      ['nobody.example', 0],
      ['not a domain', 0],
    ]);
    expect(answered[1]?.error).toContain('was edited by hand');
    expect(answered[2]?.error).toBe('Zone does not exist.');
    expect([policyOf('bob.example'), policyOf('carl.example')]).toEqual([
      'whmapi1-rsasha256-classic-nsec3',
      null,
    ]);
    const none = await call('enable_dnssec_for_domains', { domain: ['carl.example', 'nobody.example'] });
    expect(none.metadata).toMatchObject({
      result: 0,
      reason: expect.stringMatching(/Zone does not exist\..* was edited by hand/) as string,
    });
  });

  it('changes nothing the second time, and does not replace keys with those of another policy', async () => {
    await ok('enable_dnssec_for_domains', { domain: 'bob.example' });
    const again = await ok('enable_dnssec_for_domains', { domain: 'bob.example' });
    expect(again.metadata.output?.messages).toContain('The zone “bob.example” is already signed.');
    const other = await call('enable_dnssec_for_domains', { domain: 'bob.example', algo_num: '13' });
    expect(other.metadata.reason).toContain('run disable_dnssec_for_domains first');
    expect(policyOf('bob.example')).toBe('whmapi1-rsasha256-classic-nsec3');
  });

  it('rejects what BIND does not support, and changes nothing', async () => {
    const rejected: [Args, RegExp][] = [
      [{ algo_num: '5' }, /SHA-1.*Use 8, 10, 13 or 14/],
      [{ algo_num: '7' }, /SHA-1.*Use 8, 10, 13 or 14/],
      [{ algo_num: '15' }, /Algorithm 15 is not supported/],
      [{ algo_num: '0' }, /algo_num/],
      [{ active: '0' }, /BIND activates the keys/],
      [{ key_setup: 'double' }, /classic/],
      [{ nsec3_iterations: '501' }, /500/],
      [{ domain: Array.from({ length: 101 }, (_, at) => `d${at}.example`) }, /at most 100, not 101/],
    ];
    for (const [args, reason] of rejected) {
      const { metadata } = await call('enable_dnssec_for_domains', { domain: 'bob.example', ...args });
      expect([metadata.result, metadata.reason]).toEqual([0, expect.stringMatching(reason)]);
    }
    expect(policyOf('bob.example')).toBeNull();
  });

  it('warns about NSEC3 options that have no effect here', async () => {
    const args = { domain: 'bob.example', nsec3_iterations: '7', nsec3_salt: '1a2b', nsec3_narrow: '1' };
    const { metadata } = await ok('enable_dnssec_for_domains', args);
    const warnings = metadata.output?.warnings?.join('\n') ?? '';
    for (const words of ['0 iterations', 'without a salt', 'when it signs'])
      expect(warnings).toContain(words);
  });

  it('shows in a dry run what would change, and changes nothing', async () => {
    const { data, metadata } = await here.call(
      'enable_dnssec_for_domains',
      { domain: ['bob.example', 'carl.example'] },
      { dryRun: true },
    );
    expect(data?.domains).toHaveLength(2);
    const messages = metadata.output?.messages?.join('\n') ?? '';
    expect(messages).toContain(
      'Sign the DNS zone “bob.example” with the policy “whmapi1-rsasha256-classic-nsec3”.',
    );
    expect(messages).toContain('+\tdnssec-policy "whmapi1-rsasha256-classic-nsec3";');
    expect(policyOf('bob.example')).toBeNull();
  });

  it('works for resellers who own the zones', async () => {
    await addAccounts(here, anAccount({ username: 'dora', owner: 'rita' }));
    await ok('adddns', { domain: 'dora.example', ip: '192.0.2.8' });
    const rita = reseller('rita', 'edit-dns');
    const answered = await domains(
      'enable_dnssec_for_domains',
      { domain: ['bob.example', 'dora.example', 'nobody.example'] },
      rita,
    );
    expect(answered.map(({ enabled, error }) => [enabled, error])).toEqual([
      [0, 'You do not have access to the DNS zone “bob.example”.'],
      [1, undefined],
      [0, 'You do not have access to the DNS zone “nobody.example”.'],
    ]);
    const denied = await call(
      'disable_dnssec_for_domains',
      { domain: 'dora.example' },
      reseller('sam', 'edit-dns'),
    );
    expect(denied.metadata.reason).toContain('You do not have access');
    const { metadata } = await call(
      'fetch_ds_records_for_domains',
      { domain: 'dora.example' },
      reseller('rita', 'create-dns'),
    );
    expect(metadata.result).toBe(0);
  });
});

describe('disable_dnssec_for_domains', () => {
  it('has the zone served unsigned with a newer serial, removes its keys, and warns about DS records', async () => {
    await ok('enable_dnssec_for_domains', { domain: ['bob.example', 'carl.example'] });
    makeKey('bob.example', '00001', 'Algorithm: 13\n');
    makeKey('carl.example', '00002', 'Algorithm: 13\n');
    const serial = serialOf('bob.example');
    const { data, metadata } = await ok('disable_dnssec_for_domains', { domain: 'bob.example' });
    expect(data?.domains).toEqual([{ domain: 'bob.example', disabled: 1 }]);
    expect(metadata.output?.warnings?.join()).toContain(
      'Until then, validating resolvers cannot resolve ' + '“bob.example”',
    );
    expect([policyOf('bob.example'), policyOf('carl.example')]).toEqual([
      null,
      'whmapi1-rsasha256-classic-nsec3',
    ]);
    expect(serialOf('bob.example')).toBeGreaterThan(serial);
    expect(keyFiles()).toEqual(['key', 'private', 'state'].map((end) => `Kcarl.example.+013+00002.${end}`));
    const again = await ok('disable_dnssec_for_domains', { domain: 'bob.example' });
    expect(again.metadata.output?.messages).toEqual(['The zone “bob.example” is not signed.']);
  });

  it('keeps the keys of a zone that it cannot change', async () => {
    await ok('enable_dnssec_for_domains', { domain: ['bob.example', 'carl.example'] });
    makeKey('carl.example', '00002', 'Algorithm: 13\n');
    appendFileSync(statement('carl.example'), '// by hand\n');
    const answered = await domains('disable_dnssec_for_domains', { domain: ['bob.example', 'carl.example'] });
    expect(answered.map(({ disabled }) => disabled)).toEqual([1, 0]);
    expect(keyFiles()).toHaveLength(3);
  });
});

describe('killdns', () => {
  it('removes the keys of the zone, so that a later zone of the same name gets its own', async () => {
    makeKey('bob.example', '00001', 'Algorithm: 13\n');
    makeKey('bob.example.org', '00002', 'Algorithm: 13\n');
    await ok('killdns', { domain: 'bob.example' });
    expect(keyFiles()).toEqual(
      ['key', 'private', 'state'].map((end) => `Kbob.example.org.+013+00002.${end}`),
    );
  });
});

describe('removeacct and modifyacct', () => {
  it('remove the keys of removed zones', async () => {
    for (const username of ['dora', 'emil']) {
      await ok('createacct', {
        username,
        domain: `${username}.example`,
        password: 'four unusual words, Xylophone',
      });
      makeKey(`${username}.example`, '00001', 'Algorithm: 13\n');
    }
    await ok('removeacct', { username: 'dora' });
    await ok('modifyacct', { user: 'emil', domain: 'emil.example.org' });
    expect(keyFiles()).toEqual([]);
  });
});

describe('fetch_ds_records_for_domains', () => {
  it('returns no keys for a zone that is not signed, and says if BIND has created none', async () => {
    expect(await domains('fetch_ds_records_for_domains', { domain: 'bob.example' })).toEqual([
      { domain: 'bob.example', ds_records: { keys: {} } },
    ]);
    await ok('enable_dnssec_for_domains', { domain: 'bob.example', use_nsec3: '0' });
    const { data, metadata } = await ok('fetch_ds_records_for_domains', {
      domain: ['bob.example', 'nobody.example'],
    });
    expect(data?.domains).toEqual([
      { domain: 'bob.example', ds_records: { keys: {}, nsec_details: { nsec_version: 'NSEC' } } },
      { domain: 'nobody.example', error: 'Zone does not exist.' },
    ]);
    expect(metadata.output?.warnings).toEqual([
      'BIND has not generated keys for “bob.example” yet. Nothing is served here.',
    ]);
  });

  itWith(
    ['dnssec-dsfromkey'],
    'returns the keys that BIND created, with digests, and without private keys',
    async () => {
      await ok('enable_dnssec_for_domains', { domain: 'bob.example', algo_num: '13' });
      makeKey(
        'bob.example',
        '55648',
        'Algorithm: 13\nLength: 256\nKSK: yes\nZSK: yes\nGenerated: 20260101000000 (Thu)\nActive: 20260101000000 (Thu)\n',
        // RFC 6605, section 6.1.
        'bob.example. 3600 IN DNSKEY 257 3 13 GojIhhXUN/u4v54ZQqGSnyhWJwaubCvTmeexv7bR6edbkrSqQpF64cYbcB7wNcP+e+MAnLr+Wi9xMWyQLc8NAA==\n',
      );
      makeKey(
        'bob.example',
        '00003',
        'Algorithm: 13\nLength: 256\nKSK: no\nZSK: yes\nRetired: 20260101000000\n',
      );
      const [answer] = await domains('fetch_ds_records_for_domains', { domain: 'bob.example' });
      expect(JSON.stringify(answer)).not.toContain('secret');
      expect(answer).toMatchObject({
        ds_records: {
          keys: {
            55648: {
              ...{ active: 1, algo_desc: 'ECDSA Curve P-256 with SHA-256', algo_num: 13, bits: 256 },
              ...{ algo_tag: 'ECDSAP256SHA256', created: 1_767_225_600, flags: 257, key_type: 'CSK' },
              ...{ key_id: 55648, key_tag: 55648 },
              digests: [
                {
                  algo_desc: 'SHA-1',
                  algo_num: 1,
                  digest: expect.stringMatching(/^[0-9a-f]{40}$/) as string,
                },
                {
                  algo_desc: 'SHA-256',
                  algo_num: 2,
                  digest: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
                },
                {
                  algo_desc: 'SHA-384',
                  algo_num: 4,
                  digest: expect.stringMatching(/^[0-9a-f]{96}$/) as string,
                },
              ],
            },
            3: { active: 0, flags: 256, key_type: 'ZSK', digests: [] },
          },
          nsec_details: { nsec_version: 'NSEC3', nsec3_iterations: 0, nsec3_salt: '', nsec3_opt_out: 0 },
        },
      });
    },
  );
});
