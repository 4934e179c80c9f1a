import {
  findRefusal,
  serversWithout,
} from '../../../../../src/capabilities/certificates/rules/autossl/dns-hook.ts';
import { MachineError } from '../../../../../src/core/machine-error.ts';
import type { MachineResolver } from '../../../../../src/core/machine-resolver.ts';

const RECORD = '_acme-challenge.www.bob.example';
const none = async () => [];

/** Two nameservers of bob.example, and one of a provider to which the record can be delegated. */
function resolver(texts: Readonly<Record<string, string>>, alias?: string): MachineResolver {
  const addresses: Readonly<Record<string, string>> = {
    'ns1.bob.example': '192.0.2.1',
    'ns2.bob.example': '192.0.2.2',
    'ns.provider.example': '192.0.2.9',
  };
  return {
    servers: () => ['192.0.2.53'],
    ...{ ipv6: none, mailServers: none, namesOf: none, caa: none },
    // What a cache of the internet still has.
    texts: async () => ['stale'],
    aliases: async (name) => (name === RECORD && alias !== undefined ? [alias] : []),
    nameservers: async (name) => {
      if (name === 'bob.example') return ['ns1.bob.example', 'ns2.bob.example'];
      return name === 'provider.example' ? ['ns.provider.example'] : [];
    },
    ipv4: async (name) => [addresses[name] ?? ''].filter((address) => address !== ''),
    textsFrom: async ([address = ''], name) => {
      const text = texts[`${address} ${name}`];
      if (text === 'down') throw new MachineError('failed', 'The nameserver does not answer.');
      return text === undefined ? [] : [text];
    },
  };
}

it.each<[string, Readonly<Record<string, string>>, string | undefined, string[]]>([
  ['none has it', {}, undefined, ['ns1.bob.example', 'ns2.bob.example']],
  ['one is behind', { [`192.0.2.1 ${RECORD}`]: 'new' }, undefined, ['ns2.bob.example']],
  [
    'one is down',
    { [`192.0.2.1 ${RECORD}`]: 'new', [`192.0.2.2 ${RECORD}`]: 'down' },
    undefined,
    ['ns2.bob.example'],
  ],
  ['all have it', { [`192.0.2.1 ${RECORD}`]: 'new', [`192.0.2.2 ${RECORD}`]: 'new' }, undefined, []],
  ['it is delegated', { '192.0.2.9 bob.provider.example': 'new' }, 'bob.provider.example', []],
])('asks the nameservers of the zone for a record: %s', async (_case, texts, alias, expected) => {
  expect(await serversWithout(resolver(texts, alias), RECORD, 'new')).toEqual(expected);
});

it('asks the nameserver of this server if nobody has the zone', async () => {
  const found = { ...resolver({}), nameservers: none, texts: async () => ['new'] };
  expect(await serversWithout(found, RECORD, 'new')).toEqual([]);
});

it.each([
  [['192.0.2.53'], true, undefined],
  [['127.0.0.1'], false, undefined],
  [['127.0.0.1'], true, 'own nameserver'],
  [['::1'], true, 'own nameserver'],
  [['192.0.2.53', '192.0.2.1'], true, 'own nameserver'],
] as const)(
  'believes the nameservers %j about a name with a zone here (%j), or not: %s',
  async (servers, hasZone, reason) => {
    const found = { ...resolver({}), servers: () => servers };
    const context = {
      machine: { resolver: async () => found },
      ownAddresses: new Map([['192.0.2.1', '192.0.2.1']]),
      randomBytes: async (count: number) => Buffer.alloc(count),
    } as unknown as Parameters<typeof findRefusal>[0];
    const name = 'ns1.bob.example';
    const refusal = await findRefusal(context, { domains: [] }, { name, hasZone });
    expect(refusal ?? '').toContain(reason ?? '');
    expect(refusal === undefined).toBe(reason === undefined);
    expect(await findRefusal(context, { domains: ['bob.example'] }, { name, hasZone })).toBe(undefined);
  },
);
