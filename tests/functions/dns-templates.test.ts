// Custom zone templates through the public interface: files in the folder `zone-templates` of the state directory.
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../../src/core/values.ts';
import check from '../../src/capabilities/dns/checks/zone-templates.ts';
import type { Subject } from '../../src/ground/doctor/check.ts';
import { run } from '../../src/machine/linux/run.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';
import { itWith } from '../support/require-tool.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation({ checksZones: true });
});
afterEach(() => here.remove());

const zone = 'bob.example';

function write(name: string, text: string): void {
  mkdirSync(join(here.state, 'zone-templates'), { recursive: true });
  writeFileSync(join(here.state, 'zone-templates', name), text);
}

async function ok(command: string, args: Record<string, Json> = {}) {
  const answer = await here.call(command, args);
  expect([answer.metadata.reason, answer.metadata.result]).toEqual([answer.metadata.reason, 1]);
  return answer;
}

const refusal = async (command: string, args: Record<string, Json> = {}) => {
  const { metadata } = await here.call(command, args);
  expect(metadata.result).toBe(0);
  return [metadata.error_code, metadata.reason];
};
const add = (template: string) => ({ domain: zone, ip: '192.0.2.7', template });
const textOf = (name: string) =>
  readFileSync(join(here.state, 'root/var/lib/bind/whmapi1', `${name}.db`), 'utf8');

/** The first eight lines of an administrator’s template. */
const head = [
  '; For %domain%, made by %cpversion%',
  '$TTL %ttl%',
  '@ %nsttl% IN SOA %nameserver%. %rpemail%. ( %serial% 3600 1800 1209600 86400 )',
  '@ %nsttl% IN NS %nameserver%.',
  '@ %nsttl% IN NS %nameserver2%.',
  '%domain%. IN A %ip%',
  '%domain%. IN AAAA %ipv6%',
  '@ IN TXT "v=spf1 ip4:%ip% -all"',
  '',
].join('\n');

describe('adddns', () => {
  it('creates a zone from a custom template; a line whose placeholder has no value is omitted', async () => {
    write('shop', `${head}shop IN CNAME %domain%.\n`);
    await ok('update_nameservers_config', { nameserver: 'ns1.example.net' });
    await ok('adddns', add('shop'));
    expect(textOf(zone).split('\n').slice(3)).toEqual([
      '@ 86400 IN NS ns1.example.net.',
      'bob.example. IN A 192.0.2.7',
      '@ IN TXT "v=spf1 ip4:192.0.2.7 -all"',
      'shop IN CNAME bob.example.',
      '',
    ]);
    await ok('addzonerecord', { domain: zone, name: 'x', type: 'A', address: '192.0.2.8' });
  });

  it('uses a file with the name of a standard template instead of the template', async () => {
    write('standard', head);
    await ok('adddns', { domain: zone, ip: '192.0.2.7' });
    expect(textOf(zone)).toMatch(/^; For bob\.example, made by \d/);
    await ok('adddns', { domain: 'carl.example', ip: '192.0.2.7', template: 'simple' });
    expect(textOf('carl.example')).toMatch(/^; cPanel first: Zone file for carl\.example/);
  });

  it('rejects an unknown template with the names of the existing ones', async () => {
    write('shop', head);
    write('shop.bak', head);
    write('.hidden', head);
    const known = 'The parameter “template” should be shop, simple, standard or standardvirtualftp, not';
    for (const name of ['shops', 'shop.bak', '../zone-templates/shop', '.hidden', 'constructor']) {
      expect(await refusal('adddns', add(name))).toEqual(['bad_param', `${known} “${name}”.`]);
    }
  });

  it.each<[string, string, string]>([
    [
      'an unknown placeholder',
      '%address%',
      'has the unknown placeholder “%address%”. The placeholders are %cpversion%, %domain%, ',
    ],
    ['a placeholder in another case', 'x A %IP%', 'has the unknown placeholder “%IP%”'],
    ['no record', 'x IN A2 192.0.2.1', ''],
    ['a name outside of the zone', 'x.alice.example. IN A %ip%', 'is not in the zone “bob.example”'],
    ['data beside a CNAME', 'x CNAME %domain%.\nx A %ip%', 'CNAME'],
    ['a file to include', '$INCLUDE /etc/passwd', '$INCLUDE'],
    ['a parenthesis that stays open', 'x IN TXT ( "a"', ''],
  ])('names the line of the template that has %s', async (_what, line, reason) => {
    write('shop', `${head}${line}\n`);
    const [code, said = ''] = await refusal('adddns', add('shop'));
    expect([code, said]).toEqual(['host_failed', said]);
    expect(said).toMatch(/^Line (?:9|10) of the zone template “shop”/);
    expect(said).toContain(reason);
    expect((await ok('listzones')).data).toEqual({ zone: [] });
  });

  itWith(['named-checkzone'], 'names the line of the template that named-checkzone rejects', async () => {
    // A digest of the wrong length, which only BIND detects.
    write('shop', `${head}x IN NS ns.example.net.\nx IN DS 1 8 2 ABCD\n`);
    const [code, reason] = await refusal('adddns', add('shop'));
    expect(code).toBe('host_failed');
    expect(reason).toContain('named-checkzone rejects the zone “bob.example”: ');
    expect(reason).toContain('line 10 of the zone template “shop”: ');
    expect((await ok('listzones')).data).toEqual({ zone: [] });
  });

  it('does not follow a link, and reads no directory and no huge file', async () => {
    write('big', 'x'.repeat(300_000));
    symlinkSync('/etc/passwd', join(here.state, 'zone-templates/link'));
    mkdirSync(join(here.state, 'zone-templates/folder'));
    for (const name of ['big', 'link', 'folder']) {
      const [code, reason] = await refusal('adddns', add(name));
      expect([code, reason]).toEqual(['host_failed', reason]);
      expect(reason).toContain(`zone-templates/${name}`);
    }
  });
});

describe('an account', () => {
  const create = () => here.call('createacct', { username: 'bob', domain: zone });

  it('gets its zone from the custom standardvirtualftp, or from standard with a dedicated address', async () => {
    write('standardvirtualftp', `${head}shared IN A %ftpip%\n`);
    write('standard', `${head}own IN A %ip%\n`);
    await ok('createacct', { username: 'bob', domain: zone });
    expect(textOf(zone)).toContain('shared IN A 192.0.2.1\n');
    await ok('createacct', { username: 'carl', domain: 'carl.example', ip: 'y' });
    expect(textOf('carl.example')).toMatch(/own IN A 192\.0\.2\.[23]\n/);
  });

  it('is not created if its template is broken, and the error says why', async () => {
    write('standardvirtualftp', `${head}x A %ip\ny A 192.0.2\n`);
    const { metadata } = await create();
    expect(metadata).toMatchObject({
      result: 0,
      error_code: 'host_failed',
      reason: expect.stringMatching(/^Line 9 of the zone template “standardvirtualftp”: /) as string,
    });
    expect((await ok('listaccts')).data).toEqual({ acct: [] });
    rmSync(join(here.state, 'zone-templates'), { recursive: true });
    expect((await create()).metadata.result).toBe(1);
  });

  itWith(['named-checkzone'], 'is removed again if named-checkzone rejects its template', async () => {
    write('standardvirtualftp', `${head}x IN NS ns.example.net.\nx IN DS 1 8 2 ABCD\n`);
    const { metadata } = await create();
    expect(metadata).toMatchObject({ result: 0, error_code: 'host_failed' });
    expect(metadata.reason).toContain('line 10 of the zone template “standardvirtualftp”: ');
    expect((await ok('listaccts')).data).toEqual({ acct: [] });
  });

  it('gets its zone again with resetzone: texts are kept, and none is duplicated', async () => {
    write('standardvirtualftp', `${head}_dmarc IN TXT "v=DMARC1; p=none"\nnote IN TXT "same"\n`);
    await addAccounts(here, anAccount({ ip: '192.0.2.2' }));
    await ok('adddns', { domain: zone, ip: '192.0.2.9', template: 'simple' });
    for (const [name, txtdata] of [
      ['@', 'v=spf1 include:mail.example -all'],
      ['@', 'verification=1'],
      ['note', 'same'],
    ] as const) {
      await ok('addzonerecord', { domain: zone, name, type: 'TXT', txtdata });
    }
    await ok('resetzone', { domain: zone });
    expect(
      textOf(zone)
        .match(/.*TXT.*/g)
        ?.map((line) => line.replace(/\s+/g, ' ')),
    ).toEqual([
      '@ 86400 IN TXT "v=spf1 include:mail.example -all"',
      '_dmarc IN TXT "v=DMARC1; p=none"',
      'note 86400 IN TXT "same"',
      'bob.example. 86400 IN TXT "verification=1"',
    ]);
    expect(textOf(zone)).toContain('bob.example. IN A 192.0.2.2\n');
  });
});

describe('--doctor', () => {
  const examine = () =>
    check.run({ stateDirectory: here.state, userId: 1000, now: Date.now, run } as unknown as Subject);

  it('finds nothing to check without templates', async () => {
    expect(await examine()).toEqual([
      {
        severity: 'ok',
        message: 'There are no custom zone templates, so there is nothing to check.',
      },
    ]);
  });

  itWith(['named-checkzone'], 'names each broken template with its line, and unused templates', async () => {
    write('good', head);
    write('typo', `${head}x IN A %ipp%\n`);
    write('bind', `${head}x IN NS ns.example.net.\nx IN DS 1 8 2 ABCD\n`);
    write('good.bak', head);
    expect(await examine()).toEqual([
      {
        severity: 'problem',
        message: expect.stringMatching(
          /^Line 10 of the zone template “bind”: named-checkzone says “.+”\.$/,
        ) as string,
      },
      {
        severity: 'problem',
        message: expect.stringContaining(
          'Line 9 of the zone template “typo” has the unknown placeholder “%ipp%”.',
        ) as string,
      },
      {
        severity: 'note',
        message:
          'Not used, because the name of a template has letters, digits, hyphens and underscores only: “good.bak”.',
      },
    ]);
    for (const name of ['typo', 'bind', 'good.bak']) rmSync(join(here.state, 'zone-templates', name));
    expect(await examine()).toEqual([
      { severity: 'ok', message: 'The custom zone templates make zones that BIND can load: “good”.' },
    ]);
  });
});
