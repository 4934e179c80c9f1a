// Every function that adds a domain or a zone refuses those that nobody may own.
import { onlyReads, type AnyFunction } from '../../src/core/define.ts';
import type { Caller } from '../../src/core/context.ts';
import type { Json } from '../../src/core/values.ts';
import { loaders } from '../../src/functions/loaders.generated.ts';
import { accountLoaders } from '../../src/uapi/loaders.generated.ts';
import { Installation, reseller } from '../support/installation.ts';
import { sixth } from '../support/sixth.ts';

type Api = 'whm' | 'uapi' | 'api2';
type Arguments = Readonly<Record<string, string>>;

/** The arguments with which each function that adds a domain adds this one. */
const adding: Readonly<Record<string, (domain: string) => Arguments>> = {
  'whm adddns': (domain) => ({ domain, ip: '192.0.2.1' }),
  'whm createacct': (domain) => ({ username: 'eve', domain }),
  'whm modifyacct': (domain) => ({ user: 'bob', domain }),
  'whm create_parked_domain_for_user': (domain) => ({
    username: 'bob',
    domain,
    web_vhost_domain: 'bob.example',
  }),
  'whm create_subdomain': (domain) => ({ domain, document_root: 'public_html/x' }),
  'uapi AddonDomain::addaddondomain': (newdomain) => ({ newdomain, subdomain: 'x' }),
  'uapi Park::park': (domain) => ({ domain }),
  'uapi SubDomain::addsubdomain': (domain) => divided(domain),
  'api2 AddonDomain::addaddondomain': (newdomain) => ({ newdomain, subdomain: 'x' }),
  'api2 Park::park': (domain) => ({ domain }),
  'api2 SubDomain::addsubdomain': (domain) => divided(domain),
};

function divided(name: string): Arguments {
  const dot = name.indexOf('.');
  return { domain: dot < 0 ? name : name.slice(0, dot), rootdomain: name.slice(dot + 1) };
}

const NAMES = [
  'com',
  'co.uk',
  'localhost',
  'in-addr.arpa',
  '2.0.192.in-addr.arpa',
  'google.com',
  'login.google.com',
  'github.io',
  'bob.invalid',
  'x.localhost',
  'x.onion',
  'server.example.com',
  'example.com',
  'ns1.dns.example',
  'dns.example',
];

/** What the caller reads: a rule, or that the parameter is not a domain (`com`), or not one of its own (subdomains). */
const CLEAR =
  /Only root can add it|is the name of this server|should be a domain |is not a subdomain of a domain of your|should be a domain of your account/;

const root: Caller = { user: 'root', privileges: 'all' };
const rita = reseller(
  'rita',
  'create-acct',
  'create-dns',
  'park-dns',
  'viewglobalpackages',
  'edit-account',
  'kill-dns',
  'edit-dns',
);

let prepared: Installation;
beforeAll(async () => {
  prepared = new Installation();
  await prepared.call('update_nameservers_config', { nameserver: 'ns1.dns.example' });
  await prepared.call('createacct', { username: 'rita', domain: 'rita.example', reseller: '1' });
  await prepared.call('setacls', {
    reseller: 'rita',
    'acl-create-acct': '1',
    'acl-create-dns': '1',
    'acl-park-dns': '1',
    'acl-edit-account': '1',
  });
  const bob = {
    username: 'bob',
    domain: 'bob.example',
    maxaddon: 'unlimited',
    maxpark: 'unlimited',
    maxsub: 'unlimited',
  };
  await prepared.call('createacct', { ...bob, owner: 'rita' });
  prepared.close();
});
afterAll(() => prepared.remove());

/** @returns the reason why it failed. Empty: it succeeded. */
async function run(
  here: Installation,
  { api, name, as = rita }: { api: Api; name: string; as?: Caller },
  args: Arguments,
): Promise<string> {
  if (api === 'whm') {
    const { metadata } = await here.call(name, args, { as });
    return metadata.result === 1 ? '' : metadata.reason;
  }
  if (api === 'uapi') {
    const { status, errors } = await here.uapi('bob', name, args);
    return status === 1 ? '' : String(errors?.[0]);
  }
  return (await here.api2('bob', name, args)).error ?? '';
}

async function namesOn(here: Installation): Promise<Json> {
  const { data: domains } = await here.call('get_domain_info');
  const { data: zones } = await here.call('listzones');
  return [domains, zones] as Json;
}

const hostnameOf = async (here: Installation) => (await here.call('gethostname')).data as Json;

const all = [
  ...Object.entries(loaders).map(([name, load]) => ['whm', name, load] as const),
  ...Object.entries(accountLoaders.uapi).map(([name, load]) => ['uapi', name, load] as const),
  ...Object.entries(accountLoaders.api2).map(([name, load]) => ['api2', name, load] as const),
];

describe.each(Object.keys(adding))('%s', (key) => {
  const [api, name] = key.split(' ') as [Api, string];
  let here: Installation;
  beforeAll(() => {
    here = new Installation({ copyOf: prepared });
  });
  afterAll(() => here.remove());

  it('refuses what nobody may own, with the reason, and changes nothing', async () => {
    const before = await namesOn(here);
    for (const domain of NAMES) {
      const reason = await run(here, { api, name }, adding[key]?.(domain) ?? {});
      expect([domain, reason]).toEqual([domain, expect.stringMatching(CLEAR)]);
    }
    expect(await namesOn(here)).toEqual(before);
  });

  it('does not let anybody but root override that', async () => {
    const fn = all.find(([ofApi, one]) => ofApi === api && one === name)?.[2];
    if (api !== 'whm' || (await fn?.())?.default.params.force === undefined) return;
    expect(await run(here, { api, name }, { ...adding[key]?.('x.bob.example'), force: '1' })).toBe(
      'Only root can add a reserved domain (force).',
    );
  });

  it('adds other names', async () => {
    const domain = name.toLowerCase().includes('subdomain') ? 'fresh.bob.example' : 'fresh.example';
    expect(await run(here, { api, name }, adding[key]?.(domain) ?? {})).toBe('');
    expect(JSON.stringify(await namesOn(here))).toContain(`"${domain}"`);
  });
});

it('tests all functions that add a domain', async () => {
  const tried = sixth(all);
  const found: string[] = [];
  let here = new Installation({ copyOf: prepared });
  for (const [api, name, load] of tried) {
    const fn = (await load()).default;
    if (onlyReads(fn.effect)) continue;
    for (const args of trials(fn)) {
      const before = JSON.stringify([await namesOn(here), await hostnameOf(here)]);
      await run(here, { api, name, as: root }, args);
      const names = await namesOn(here);
      // After sethostname, the name would be refused to the functions that follow.
      if (JSON.stringify([names, await hostnameOf(here)]) === before) continue;
      if (JSON.stringify(names).includes('fresh')) found.push(`${api} ${name}`);
      here.remove();
      here = new Installation({ copyOf: prepared });
    }
  }
  here.remove();
  const keys = new Set(tried.map(([api, name]) => `${api} ${name}`));
  expect([...new Set(found)].sort()).toEqual(
    Object.keys(adding)
      .filter((key) => keys.has(key))
      .sort(),
  );
}, 120_000);

/** The arguments of its examples, with a new name in place of each name in turn. */
function trials(fn: AnyFunction): Arguments[] {
  const names = Object.keys(fn.params).filter((name) => /domain|dns|zone|host|name/i.test(name));
  return fn.examples.flatMap(({ args }) => {
    const given = Object.entries(args).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    return given
      .filter(([name]) => names.includes(name))
      .flatMap(([name, value]) =>
        (value.includes('.') ? ['fresh.example', 'fresh.bob.example'] : ['fresh']).map((fresh) => [
          name,
          fresh,
        ]),
      )
      .flatMap((fresh) => [
        Object.fromEntries([...given, fresh]) as Arguments,
        Object.fromEntries([...given, ['username', 'fresh'], fresh]) as Arguments,
      ]);
  });
}
