// The DNS zones of accounts: createacct, modifyacct, suspendacct and removeacct, compared with the files of BIND.
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MachineError } from '../../src/core/machine-error.ts';
import type { Machine } from '../../src/core/machine.ts';
import type { MachineResolver } from '../../src/core/machine-resolver.ts';
import type { Json } from '../../src/core/values.ts';
import { callerNamed, storedAccount } from '../support/accounts.ts';
import { Installation } from '../support/installation.ts';

let here: Installation;

/** An installation for each test of a describe. */
const installEach = () => {
  beforeEach(() => {
    here = new Installation();
  });
  afterEach(() => here.remove());
};

type Args = Readonly<Record<string, Json>>;

const zonePath = (zone: string) => join(here.state, `root/var/lib/bind/whmapi1/${zone}.db`);
const statementPath = (zone: string) => join(here.state, `root/etc/bind/whmapi1/zones/${zone}.conf`);
const textOf = (zone: string) => readFileSync(zonePath(zone), 'utf8');
/** Both files of a zone; undefined for one that does not exist. */
const filesOf = (zone: string) =>
  [zonePath(zone), statementPath(zone)].map((path) =>
    existsSync(path) ? readFileSync(path, 'utf8') : undefined,
  );
const NONE = [undefined, undefined];

async function ok(command: string, args: Args = {}, as?: string) {
  const answer = await here.call(command, args, as === undefined ? {} : { as: await callerNamed(here, as) });
  expect([answer.metadata.reason, answer.metadata.result]).toEqual([answer.metadata.reason, 1]);
  return answer;
}

async function refusal(command: string, args: Args, as?: string) {
  const { metadata } = await here.call(
    command,
    args,
    as === undefined ? {} : { as: await callerNamed(here, as) },
  );
  return [metadata.error_code, metadata.reason];
}

const create = (username: string, args: Args = {}, as?: string) =>
  ok('createacct', { username, domain: `${username}.example`, ...args }, as);
/** A reseller with the privileges of accounts and zones. */
const addReseller = async (user: string) => {
  await create(user, { reseller: '1' });
  const privileges = ['create-acct', 'edit-account', 'create-dns', 'edit-dns', 'kill-dns', 'kill-acct'];
  const more = ['viewglobalpackages', 'allow-unlimited-disk-pkgs', 'allow-unlimited-bw-pkgs'];
  await ok('setacls', {
    reseller: user,
    ...Object.fromEntries([...privileges, ...more].map((name) => [`acl-${name}`, '1'])),
  });
};
/** The DNS responses about nameservers and addresses. */
const answerDns = (answers: Readonly<Record<string, readonly string[]>>) => {
  const answer = async (name: string) => [...(answers[name] ?? [])];
  const resolver: MachineResolver = {
    servers: () => [],
    nameservers: answer,
    ipv4: answer,
    ipv6: async () => [],
    caa: async () => [],
    mailServers: async () => [],
    texts: async () => [],
    namesOf: async () => [],
    textsFrom: async () => [],
    aliases: async () => [],
  };
  here.overrides = { machine: { ...here.engine.machine, resolver: async () => resolver } };
};

describe('createacct', () => {
  installEach();

  it('creates the zone of the domain as adddns does, with the nameservers of the server', async () => {
    await ok('update_nameservers_config', {
      nameserver: 'ns1.bob.example',
      nameserver2: 'ns2.other.example',
    });
    const { data } = await create('bob', { contactemail: 'b.ob@mail.example' });
    const [text = '', statement] = filesOf('bob.example');
    expect(statement).toContain('zone "bob.example" {');
    for (const line of [
      '@\t86400\tIN\tSOA\tns1.bob.example. b\\.ob.mail.example. (',
      '\t2026030100\t; serial',
      'bob.example.\t86400\tIN\tNS\tns1.bob.example.',
      'bob.example.\t86400\tIN\tNS\tns2.other.example.',
      'ns1.bob.example.\tIN\tA\t192.0.2.1',
      'bob.example.\tIN\tA\t192.0.2.1',
      'ftp\tIN\tA\t192.0.2.1',
    ])
      expect(text.split('\n')).toContain(line);
    expect(data).toMatchObject({
      ...{ nameserver: 'ns1.bob.example', nameservera: '192.0.2.1', nameserverentry: 'ns1.bob.example' },
      ...{ nameserver2: 'ns2.other.example', nameservera2: null, nameserverentry2: null },
    });
    // The same text as from adddns for the same account, with the service subdomains and SPF.
    await ok('killdns', { domain: 'bob.example' });
    await ok('adddns', { domain: 'bob.example', ip: '192.0.2.1', template: 'standardvirtualftp' });
    const services = ['cpanel', 'webmail'].map((name) => `${name}.bob.example.\t14400\tIN\tA\t192.0.2.1\n`);
    const spf = 'bob.example.\t14400\tIN\tTXT\t"v=spf1 +a +mx +ip4:192.0.2.1 ~all"\n';
    expect(`${textOf('bob.example')}${services.join('')}${spf}`).toBe(text);
  });

  it('uses the public address of a server behind NAT, and the template of dedicated addresses', async () => {
    await ok('nat_set_public_ip', { local_ip: '192.0.2.2', public_ip: '198.51.100.2' });
    await create('bob', { ip: 'y' });
    expect((await storedAccount(here, 'bob'))?.ip).toBe('192.0.2.2');
    expect(textOf('bob.example')).toContain('bob.example.\tIN\tA\t198.51.100.2\n');
    expect(textOf('bob.example')).toContain('ftp\tIN\tCNAME\tbob.example.\n');
  });

  it('accepts a contact address that cannot be written in DNS', async () => {
    await create('bob', { contactemail: 'b$b@mail.example' });
    expect(textOf('bob.example')).toContain(' root.server.example.com. (');
    // A hostname with one label is not a name in the zone.
    here.hostname = 'vm';
    await create('ann');
    expect(textOf('ann.example')).toContain('SOA\tvm. root.vm. (');
  });

  it('rejects an existing zone, and replaces it with forcedns=1, with a newer serial', async () => {
    await ok('adddns', { domain: 'bob.example', ip: '203.0.113.9' });
    const before = filesOf('bob.example');
    const args = { username: 'bob', domain: 'bob.example' };
    expect(await refusal('createacct', args)).toEqual([
      'bad_param',
      'The DNS zone “bob.example” already exists. Replace it with forcedns=1, or remove it with killdns first.',
    ]);
    expect(filesOf('bob.example')).toEqual(before);
    expect(await storedAccount(here, 'bob')).toBeUndefined();
    await ok('createacct', { ...args, forcedns: '1' });
    expect(textOf('bob.example')).toContain('\t2026030101\t; serial');
    expect(textOf('bob.example')).not.toContain('203.0.113.9');
  });

  it('uses the nameservers of the registrar with useregns=1', async () => {
    answerDns({
      'bob.example': ['ns2.Bob.example', 'ns1.dns.example'],
      'ns2.bob.example': ['203.0.113.5'],
    });
    const { data } = await create('bob', { useregns: '1' });
    const lines = textOf('bob.example').split('\n');
    expect(lines).toContain('bob.example.\t86400\tIN\tNS\tns1.dns.example.');
    expect(lines).toContain('bob.example.\t86400\tIN\tNS\tns2.bob.example.');
    expect(lines).toContain('ns2.bob.example.\tIN\tA\t203.0.113.5');
    expect(data).toMatchObject({ nameserver: 'ns1.dns.example', nameserver2: 'ns2.bob.example' });
    // A domain that is not registered yet.
    await ok('update_nameservers_config', { nameserver: 'ns.server.example' });
    const { metadata } = await create('ann', { useregns: '1' });
    expect(metadata.output?.warnings).toEqual([
      'The nameservers of “ann.example” could not be looked up, so its zone has those of this server. The domain has ' +
        'no nameservers in DNS.',
    ]);
    expect(textOf('ann.example')).toContain('NS\tns.server.example.');
    await create('eve', { useregns: '1', hasuseregns: '0' });
  });

  it('creates no zone without the role DNS, and says so if a parameter requests one', async () => {
    here.isMachine = true;
    const args = { username: 'bob', domain: 'bob.example' };
    const { metadata } = await here.call('createacct', { ...args, forcedns: '1' }, { dryRun: true });
    expect(metadata.output?.messages).toContain(
      'The parameter “forcedns” has no effect, because this server does not have the role “DNS”.',
    );
    expect(metadata.output?.messages?.join()).not.toContain('bob.example.db');
  });

  it('leaves no zone behind if the account cannot be created', async () => {
    const { machine } = here.engine;
    const files: Machine['files'] = async (directories) => {
      const usual = await machine.files(directories);
      return new Proxy(usual, {
        get: (target, key) => {
          const method: unknown = Reflect.get(target, key);
          if (key !== 'commit')
            return typeof method === 'function' ? (method.bind(target) as unknown) : method;
          return async (path: string) => {
            await target.commit(path);
            if (path.endsWith('.conf')) throw new MachineError('failed', 'out of order');
          };
        },
      });
    };
    here.overrides = { machine: { ...machine, files } };
    expect(await refusal('createacct', { username: 'bob', domain: 'bob.example' })).toEqual([
      'host_failed',
      'out of order',
    ]);
    here.overrides = {};
    expect(filesOf('bob.example')).toEqual(NONE);
    expect(existsSync(join(here.state, 'root/home/bob'))).toBe(false);
    await create('bob');
  });
});

describe('removeacct', () => {
  installEach();

  it('removes the zones of the account, and no other', async () => {
    await create('bob');
    await create('ann');
    await ok('adddns', { domain: 'extra.example', ip: '192.0.2.1', trueowner: 'bob' });
    writeFileSync(zonePath('bob.example'), `${textOf('bob.example')}hand IN A 192.0.2.9\n`);
    await ok('removeacct', { username: 'bob' });
    expect([filesOf('bob.example'), filesOf('extra.example')]).toEqual([NONE, NONE]);
    expect(filesOf('ann.example')).not.toEqual(NONE);
    await create('bob');
  });

  it('keeps them with keepdns=1, with root as their owner', async () => {
    await create('bob');
    const before = filesOf('bob.example');
    await ok('removeacct', { username: 'bob', keepdns: '1' });
    expect(filesOf('bob.example')).toEqual(before);
    expect(await refusal('createacct', { username: 'bob', domain: 'bob.example' })).toEqual([
      'bad_param',
      expect.stringContaining('already exists'),
    ]);
    await create('bob', { forcedns: '1' });
  });

  it('works if a zone was removed by hand', async () => {
    await create('bob');
    rmSync(zonePath('bob.example'));
    rmSync(statementPath('bob.example'));
    await ok('removeacct', { username: 'bob' });
    expect(await storedAccount(here, 'bob')).toBeUndefined();
  });
});

describe('modifyacct', () => {
  installEach();

  it('renames the zone with the domain: names are renamed, lines and texts are kept', async () => {
    await ok('update_nameservers_config', { nameserver: 'ns1.bob.example' });
    await create('bob');
    const before =
      `${textOf('bob.example')}; by hand\n` +
      'shop 60 IN CNAME www.Bob.example. ; absolute\n' +
      'bob.example. IN TXT "v=spf1 a:mail.bob.example -all"\n' +
      'other IN CNAME notbob.example.\n';
    writeFileSync(zonePath('bob.example'), before);
    const { metadata } = await ok('modifyacct', { user: 'bob', domain: 'robert.example' });
    const line = before.split('\n').findIndex((one) => one.includes('a:mail.bob.example')) + 1;
    expect(metadata.output?.messages).toEqual([
      `Texts in the DNS zone still mention “bob.example”, in line ${line}.`,
    ]);
    expect(filesOf('bob.example')).toEqual(NONE);
    const expected = before
      .replaceAll(/(?<![\w.])((?:[\w]+\.)?)bob\.example\./gi, '$1robert.example.')
      .replace(': Zone file for bob.example', ': Zone file for robert.example')
      .replace('2026030100', '2026030101');
    expect(textOf('robert.example')).toBe(expected);
    expect(textOf('robert.example')).toContain('"v=spf1 a:mail.bob.example -all"');
    expect(textOf('robert.example')).toContain('CNAME notbob.example.');
    expect(filesOf('robert.example')[1]).toContain('zone "robert.example" {');
    // The zone of the new domain belongs to the account, and the old name can be used.
    await ok('removeacct', { username: 'bob' });
    expect(filesOf('robert.example')).toEqual(NONE);
    await create('bob');
  });

  it('adds no zone if there was none, and says so', async () => {
    await create('bob');
    await ok('killdns', { domain: 'bob.example' });
    const { metadata } = await ok('modifyacct', { user: 'bob', domain: 'robert.example' });
    expect(metadata.output?.messages).toEqual([
      'The DNS zone “bob.example” is not on this server, so “robert.example” gets none. Add one with adddns.',
    ]);
    expect(filesOf('robert.example')).toEqual(NONE);
  });

  it('transfers zones to a new username', async () => {
    await create('bob');
    await ok('adddns', { domain: 'extra.example', ip: '192.0.2.1', trueowner: 'bob' });
    const before = [filesOf('bob.example'), filesOf('extra.example')];
    await ok('modifyacct', { user: 'bob', newuser: 'robert' });
    expect([filesOf('bob.example'), filesOf('extra.example')]).toEqual(before);
    await ok('removeacct', { username: 'robert' });
    expect([filesOf('bob.example'), filesOf('extra.example')]).toEqual([NONE, NONE]);
  });
});

describe('the zone', () => {
  installEach();

  it('is kept by suspendacct, and setsiteip changes its addresses', async () => {
    await create('bob');
    const before = textOf('bob.example');
    await ok('suspendacct', { user: 'bob' });
    expect(textOf('bob.example')).toBe(before);
    await ok('unsuspendacct', { user: 'bob' });
    await ok('setsiteip', { user: 'bob', ip: '192.0.2.3' });
    expect(textOf('bob.example')).toBe(
      before.replaceAll('\t192.0.2.1', '\t192.0.2.3').replace('2026030100', '2026030101'),
    );
  });
});

describe('a server with zones of several users', () => {
  beforeAll(async () => {
    here = new Installation();
    for (const username of ['ann', 'bob']) await create(username);
    await addReseller('rita');
    await create('carl', {}, 'rita');
    await ok('adddns', { domain: 'extra.example', ip: '192.0.2.1', trueowner: 'ann' });
    await ok('adddns', { domain: 'roots.example', ip: '192.0.2.1' });
  });
  afterAll(() => here.remove());

  it('never replaces a zone of another account in createacct, nor one of root if the caller is a reseller', async () => {
    const before = [filesOf('extra.example'), filesOf('roots.example')];
    const args = { username: 'dan', domain: 'extra.example', forcedns: '1' };
    expect(await refusal('createacct', args)).toEqual([
      'bad_param',
      'The DNS zone “extra.example” belongs to “ann”. Remove it with killdns first, or choose another domain.',
    ]);
    expect(await refusal('createacct', args, 'rita')).toEqual([
      'denied',
      'You do not have access to the DNS zone “extra.example”.',
    ]);
    expect(await refusal('createacct', { ...args, domain: 'roots.example' }, 'rita')).toEqual([
      'denied',
      'You do not have access to the DNS zone “roots.example”.',
    ]);
    expect([filesOf('extra.example'), filesOf('roots.example')]).toEqual(before);
  });

  it('does not allow a reseller to create a subdomain of somebody else’s domain', async () => {
    expect(await refusal('createacct', { username: 'dan', domain: 'www.ann.example' }, 'rita')).toEqual([
      'denied',
      'The zone “www.ann.example” is a parent domain or a subdomain of another user’s domain. Only root can add it.',
    ]);
    expect(await refusal('createacct', { username: 'dan', domain: 'server.example.com' }, 'rita')).toEqual([
      'bad_param',
      '“server.example.com” is the name of this server, so it cannot be a domain of an account.',
    ]);
    expect(await refusal('createacct', { username: 'dan', domain: 'example.com' }, 'rita')).toEqual([
      'denied',
      '“example.com” contains the name of this server. Only root can add it.',
    ]);
    await create('dan', { domain: 'shop.rita.example' }, 'rita');
    expect(filesOf('shop.rita.example')).not.toEqual(NONE);
  });

  it('shows both zones in a dry run of modifyacct, and changes nothing', async () => {
    const before = filesOf('bob.example');
    const { metadata } = await here.call(
      'modifyacct',
      { user: 'bob', domain: 'robert.example' },
      { dryRun: true },
    );
    expect(metadata.output?.messages).toEqual(
      expect.arrayContaining([
        'Create the DNS zone “robert.example”.',
        '+robert.example.\tIN\tA\t192.0.2.1',
        'Remove the DNS zone “bob.example”.',
        '-bob.example.\tIN\tA\t192.0.2.1',
      ]),
    );
    expect([filesOf('bob.example'), filesOf('robert.example')]).toEqual([before, NONE]);
  });

  it('rejects in modifyacct a domain that already has a zone, whoever owns it', async () => {
    expect(await refusal('modifyacct', { user: 'bob', domain: 'extra.example' })).toEqual([
      'bad_param',
      'The DNS zone “extra.example” already exists. Remove it with killdns, or choose another domain.',
    ]);
    expect(await refusal('modifyacct', { user: 'carl', domain: 'extra.example' }, 'rita')).toEqual([
      'denied',
      'You do not have access to the DNS zone “extra.example”.',
    ]);
    expect(await refusal('modifyacct', { user: 'carl', domain: 'sub.ann.example' }, 'rita')).toEqual([
      'denied',
      'The zone “sub.ann.example” is a parent domain or a subdomain of another user’s domain. Only root can add it.',
    ]);
  });

  it('rejects in modifyacct a zone that was broken by hand, with its line', async () => {
    const before = textOf('bob.example');
    const lines = textOf('bob.example').split('\n').length;
    writeFileSync(zonePath('bob.example'), `${textOf('bob.example')}bad IN A 1.2.3\n`);
    expect(await refusal('modifyacct', { user: 'bob', domain: 'robert.example' })).toEqual([
      'host_failed',
      expect.stringContaining(`The zone “bob.example” cannot be used. Line ${lines} of the zone file:`),
    ]);
    writeFileSync(zonePath('bob.example'), before);
    expect((await storedAccount(here, 'bob'))?.domain).toBe('bob.example');
  });
});
