// DNS lookups, with a named of the tests.
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { Bind } from '../../src/capabilities/dns/driver/zones/bind/bind.ts';
import { DnsResolver } from '../../src/machine/resolver.ts';
import { PrivateNamed } from '../capabilities/dns/driver/zones/private-named.ts';
import { changeZone, zoneOf } from '../capabilities/dns/driver/zones/zone-texts.ts';
import { Installation } from '../support/installation.ts';
import { describeWith } from '../support/require-tool.ts';

let here: Installation;
beforeEach(() => {
  here = new Installation({ checksZones: true });
});
afterEach(() => here.remove());

function ask(port: number): void {
  const resolver = async () => new DnsResolver([`127.0.0.1:${port}`]);
  here.overrides = { machine: { ...here.engine.machine, resolver } };
}

describeWith(['named', 'named-checkzone'], 'lookups', () => {
  let named: PrivateNamed;

  beforeAll(async () => {
    named = await PrivateNamed.start();
    const bind = new Bind(named.server);
    const step = await bind.setUp(named.machine, { keys: [], secondaries: [], catalog: null }, Date.now());
    await step.apply(named.machine, await step.prepare(named.machine));
    const records = [
      'ours A 192.0.2.2',
      'both A 198.51.100.7',
      'both AAAA 2001:db8::7',
      'alias CNAME both',
      'six AAAA 2001:db8::6',
      'both MX 20 six',
      'both MX 10 ours',
      'silent MX 0 .',
      'local NS ours',
      'remote NS both',
      'texts TXT "v=spf1 a " "-all"',
      'texts TXT "another"',
    ];
    await change('a.example', zoneOf('a.example', 1, `${records.join('\n')}\n`));
    const reverse = '$TTL 60\n@ SOA ours.a.example. x 1 60 60 60 60\n@ NS ours.a.example.\n';
    await change('2.0.192.in-addr.arpa', {
      name: '2.0.192.in-addr.arpa',
      text: `${reverse}7 PTR mx.a.example.\n`,
      dnssecPolicy: null,
    });
    // This server is authoritative for them.
    for (const [name, server] of [
      ['local', 'ours'],
      ['remote', 'both'],
    ] as const) {
      const zone = `${name}.a.example`;
      const text = `$TTL 60\n@ SOA ${server}.a.example. x 1 60 60 60 60\n@ NS ${server}.a.example.\n`;
      await change(zone, { name: zone, text, dnssecPolicy: null });
    }

    async function change(name: string, zone: Parameters<typeof changeZone>[3]) {
      await changeZone(bind, named.machine, name, zone);
    }
  });
  afterAll(() => named.close());
  beforeEach(() => {
    ask(named.server.port);
  });

  it.each([
    ['lookupnsip', { host: 'both.a.example' }, { ip: '198.51.100.7' }],
    ['lookupnsip', { host: 'alias.a.example' }, { ip: '198.51.100.7' }],
    ['lookupnsip', { host: 'six.a.example' }, { ip: null }],
    ['lookupnsip', { host: 'missing.a.example' }, { ip: null }],
    ['lookupnsips', { host: 'both.a.example' }, { ipv4: '198.51.100.7', ipv6: '2001:db8::7' }],
    ['lookupnsips', { host: 'six.a.example' }, { ipv6: '2001:db8::6' }],
    ['lookupnsips', { host: 'missing.a.example' }, {}],
    ['resolvedomainname', { domain: 'ours.a.example' }, { ip: '192.0.2.2' }],
  ])('%s %j', async (name, args, data) => {
    expect(await here.call(name, args)).toMatchObject({ metadata: { result: 1 }, data });
    expect((await here.call(name, args)).data).toEqual(data);
  });

  it('finds texts, with their strings joined, and the names of addresses', async () => {
    const resolver = new DnsResolver([`127.0.0.1:${named.server.port}`]);
    expect((await resolver.texts('texts.a.example')).sort()).toEqual(['another', 'v=spf1 a -all']);
    expect(await resolver.texts('ours.a.example')).toEqual([]);
    expect(await resolver.namesOf('192.0.2.7')).toEqual(['mx.a.example']);
    expect(await resolver.namesOf('192.0.2.8')).toEqual([]);
  });

  it('asks no nameserver of a zone whose address is internal, because the owner of the zone has chosen it', async () => {
    const trap = createSocket('udp4').bind(0, '127.0.0.1');
    await once(trap, 'listening');
    let asked = 0;
    trap.on('message', () => asked++);
    try {
      const server = `127.0.0.1:${trap.address().port}`;
      await expect(new DnsResolver().textsFrom([server], 'texts.a.example')).rejects.toThrow('is public');
      for (const address of ['127.0.0.1', '10.0.0.1', '169.254.169.254', '::1', 'fe80::1']) {
        await expect(new DnsResolver().textsFrom([address], 'a.example')).rejects.toThrow('is public');
      }
      expect(asked).toBe(0);
    } finally {
      trap.close();
    }
  });

  it('resolvedomainname fails for a domain without an address', async () => {
    const answer = await here.call('resolvedomainname', { domain: 'six.a.example' });
    expect(answer.metadata).toMatchObject({ result: 0, reason: 'Unable to resolve domain name.' });
    expect(answer.data).toBeUndefined();
  });

  it('DNS::lookup of UAPI returns the lines of host(1)', async () => {
    await here.call('createacct', { username: 'bob', domain: 'bob.example' });
    const lookup = async (domain: string) => (await here.uapi('bob', 'DNS::lookup', { domain })).data;
    expect(await lookup('both.a.example')).toEqual([
      'both.a.example has address 198.51.100.7',
      'both.a.example has IPv6 address 2001:db8::7',
      'both.a.example mail is handled by 10 ours.a.example.',
      'both.a.example mail is handled by 20 six.a.example.',
    ]);
    expect(await lookup('silent.a.example')).toEqual(['silent.a.example mail is handled by 0 .']);
    expect(await lookup('missing.a.example')).toEqual([]);
  });

  it('has_local_authority compares the addresses of the nameservers with those of the server', async () => {
    const { data } = await here.call('has_local_authority', {
      domain: ['local.a.example', 'www.local.a.example', 'remote.a.example'],
    });
    expect(data?.records).toEqual([
      {
        ...{ domain: 'local.a.example', local_authority: 1, zone: 'local.a.example' },
        nameservers: ['ours.a.example'],
      },
      {
        ...{ domain: 'www.local.a.example', local_authority: 1, zone: 'local.a.example' },
        nameservers: ['ours.a.example'],
      },
      {
        ...{ domain: 'remote.a.example', local_authority: 0, zone: 'remote.a.example' },
        nameservers: ['both.a.example'],
      },
    ]);
  });
});

describe('a resolver that does not respond', () => {
  it('is reported with its address, within a few seconds', async () => {
    const silent = createSocket('udp4').bind(0, '127.0.0.1');
    await once(silent, 'listening');
    try {
      ask(silent.address().port);
      const begun = performance.now();
      const { metadata } = await here.call('lookupnsip', { host: 'ns1.a.example' });
      expect(metadata).toMatchObject({ result: 0, error_code: 'host_failed' });
      expect(metadata.reason).toContain(`127.0.0.1:${silent.address().port}) did not answer in time`);
      // Without a limit, Node’s resolver would try for longer than a minute.
      expect(performance.now() - begun).toBeLessThan(45_000);
    } finally {
      silent.close();
    }
  });

  it('is an error for each domain in has_local_authority', async () => {
    ask(1);
    const { data } = await here.call('has_local_authority', { domain: 'a.example' });
    expect(data?.records).toMatchObject([
      { domain: 'a.example', local_authority: 0, error: expect.stringContaining('127.0.0.1:1') as string },
    ]);
  });

  it.each(['', 'x', 'a b.example', '-.example', `${'a'.repeat(64)}.example`])(
    'is not queried for %j',
    async (host) => {
      ask(1);
      expect((await here.call('lookupnsip', { host })).metadata.error_code).toMatch(
        /^(?:bad|missing)_param$/,
      );
    },
  );
});
