import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Caller } from '../../src/core/context.ts';
import type { Envelope } from '../../src/core/envelope.ts';
import type { Json } from '../../src/core/values.ts';
import { addAccounts, anAccount, callerNamed, storedAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

let here: Installation;
const install = async () => {
  here = new Installation();
  await addAccounts(here, anAccount({ username: 'bob', ip: '192.0.2.1' }));
};
const uninstall = () => {
  here.remove();
};

const set = async (args: Record<string, Json>, options: { as?: Caller; dryRun?: boolean } = {}) =>
  (await here.call('setsiteip', args, options)).metadata;
const addressOf = async (user: string) => {
  const account = await storedAccount(here, user);
  return [account?.ip, account?.settings.dedicatedIp];
};
const zonePath = () => join(here.state, 'root/var/lib/bind/whmapi1/bob.example.db');
const zoneFile = () => readFileSync(zonePath(), 'utf8');
const records = (type: string) =>
  zoneFile()
    .split('\n')
    .map((line) => line.split(/\s+/))
    .filter((words) => words.includes(type))
    .map((words) => `${words[0]} ${words.at(-1)}`);
const serial = () => Number(/^\s*(\d{10})/m.exec(zoneFile())?.[1]);

describe('setsiteip', () => {
  beforeEach(install);
  afterEach(uninstall);

  it('assigns an account a dedicated address, by its name or its domain, and a shared one again', async () => {
    expect(await set({ user: 'bob', ip: '192.0.2.2' })).toMatchObject({ result: 1, reason: 'OK' });
    expect(await addressOf('bob')).toEqual(['192.0.2.2', true]);
    const { data } = await here.call('listips');
    expect((data as { ip: unknown[] }).ip[1]).toMatchObject({ ip: '192.0.2.2', used: 1, dedicated: 1 });
    await set({ domain: 'Bob.Example', ip: '192.0.2.3', user: '' });
    expect(await addressOf('bob')).toEqual(['192.0.2.3', true]);
    await set({ user: 'bob', domain: 'bob.example', ip: '192.0.2.1' });
    expect(await addressOf('bob')).toEqual(['192.0.2.1', false]);
  });

  it('assigns every address that listips lists, also through a reseller', async () => {
    here.otherAddresses = ['198.51.100.7'];
    const { data } = await here.call('listips');
    expect((data as { ip: { ip: string }[] }).ip.map(({ ip }) => ip)).toContain('198.51.100.7');
    expect(await set({ user: 'bob', ip: '198.51.100.7' })).toMatchObject({ result: 1 });
    expect(await addressOf('bob')).toEqual(['198.51.100.7', true]);
    expect(await set({ user: 'bob', ip: '198.51.100.8' })).toMatchObject({ error_code: 'bad_param' });
    await here.call('setupreseller', { user: 'bob', makeowner: '0' });
    const delegated = await here.call('setresellerips', { user: 'bob', delegate: '1', ips: '198.51.100.7' });
    expect(delegated.data).toMatchObject({ ip: ['198.51.100.7'] });
    const main = await here.call('setresellermainip', { user: 'bob', ip: '198.51.100.7' });
    expect(main.metadata).toMatchObject({ result: 1 });
  });

  it('is also rejected with the domain, for the account of an API token with fewer privileges than its owner', async () => {
    const as = { ...reseller('bob', 'edit-account'), isLimited: true as const, seesAll: true as const };
    for (const args of [{ user: 'bob' }, { domain: 'bob.example' }]) {
      const { metadata } = await here.call('setsiteip', { ...args, ip: '192.0.2.2' }, { as });
      expect(metadata).toMatchObject({
        error_code: 'denied',
        reason: expect.stringMatching(/with an API token that has fewer privileges than its owner/) as string,
      });
    }
    expect(await addressOf('bob')).toEqual(['192.0.2.1', false]);
  });

  it('changes nothing if the account already has the address', async () => {
    expect(await set({ user: 'bob', ip: '192.0.2.1' })).toMatchObject({
      result: 1,
      output: { messages: ['The account “bob” already has the address 192.0.2.1.'] },
    });
  });

  it('shares an address that other accounts or the accounts of a reseller share', async () => {
    await addAccounts(
      here,
      anAccount({ username: 'ann', ip: '192.0.2.2' }),
      anAccount({ username: 'rita', ip: '192.0.2.1' }),
    );
    await here.call('setupreseller', { user: 'rita' });
    await here.call('setresellermainip', { user: 'rita', ip: '192.0.2.3' });
    await set({ user: 'bob', ip: '192.0.2.2' });
    expect(await addressOf('bob')).toEqual(['192.0.2.2', false]);
    await set({ user: 'bob', ip: '192.0.2.3' });
    expect(await addressOf('bob')).toEqual(['192.0.2.3', false]);
  });

  it('changes nothing if it rejects the arguments', async () => {
    await addAccounts(here, anAccount({ username: 'ann', ip: '192.0.2.2', settings: { dedicatedIp: true } }));
    for (const [args, error_code, reason] of [
      [
        { user: 'bob', ip: '192.0.2.77' },
        'bad_param',
        'The parameter “ip” should be an address of this server, not “192.0.2.77”. Run listips to list them.',
      ],
      [
        { user: 'bob', ip: '192.0.2.2' },
        'bad_param',
        'The address “192.0.2.2” is the dedicated address of another account.',
      ],
      [
        { user: 'bob', domain: 'ann.example', ip: '192.0.2.3' },
        'bad_param',
        '“ann.example” is not the main domain of the account “bob”.',
      ],
      [{ user: 'nobody1', ip: '192.0.2.3' }, 'not_found', 'You do not have a user named “nobody1”.'],
      [
        { domain: 'none.example', ip: '192.0.2.3' },
        'not_found',
        'You do not have an account with the domain “none.example”.',
      ],
      [{ ip: '192.0.2.3' }, 'missing_param', expect.stringContaining('“user”') as string],
      [{ user: 'bob', ip: '2001:db8::1' }, 'bad_param', expect.stringContaining('an IPv4 address') as string],
    ] as [Record<string, Json>, string, string][]) {
      expect({ args, ...(await set(args)) }).toMatchObject({ args, result: 0, error_code, reason });
      expect([args, await addressOf('bob')]).toEqual([args, ['192.0.2.1', false]]);
    }
  });

  describe('of a reseller', () => {
    const privileges = ['edit-account', 'add-pkg-ip'];
    beforeEach(async () => {
      await addAccounts(
        here,
        anAccount({ username: 'rita' }),
        anAccount({ username: 'rosa', owner: 'rita', ip: '192.0.2.1' }),
      );
      await here.call('setupreseller', { user: 'rita' });
    });

    it('works for its own accounts, with the addresses that it can assign', async () => {
      const as = reseller('rita', ...privileges);
      await here.call('setresellerips', { user: 'rita', delegate: '1', ips: '192.0.2.3' });
      expect(await set({ user: 'rosa', ip: '192.0.2.2' }, { as })).toMatchObject({
        error_code: 'denied',
        reason:
          'You cannot assign the address “192.0.2.2”. Run listips to list the addresses that you can assign.',
      });
      expect(await set({ user: 'rosa', ip: '192.0.2.3' }, { as })).toMatchObject({ result: 1 });
      expect(await addressOf('rosa')).toEqual(['192.0.2.3', true]);
      // The address that its accounts share.
      expect(await set({ user: 'rosa', ip: '192.0.2.1' }, { as })).toMatchObject({ result: 1 });
      for (const user of ['bob', 'nobody1']) {
        expect((await set({ user, ip: '192.0.2.3' }, { as })).reason).toBe(
          `You do not have access to an account named “${user}”.`,
        );
      }
    });

    it('requires its privileges', async () => {
      const answer = await set({ user: 'rosa', ip: '192.0.2.3' }, { as: reseller('rita', 'edit-account') });
      expect(answer).toMatchObject({
        error_code: 'denied',
        reason: expect.stringContaining('add-pkg-ip') as string,
      });
      const nobody = await set({ user: 'rosa', ip: '192.0.2.3' }, { as: await callerNamed(here, 'rita') });
      expect(nobody.error_code).toBe('denied');
      expect(await addressOf('rosa')).toEqual(['192.0.2.1', false]);
    });
  });

  describe('with a zone', () => {
    beforeEach(async () => {
      await here.call('adddns', { domain: 'bob.example', ip: '192.0.2.1' });
      const added = [
        ['shop', '192.0.2.1'],
        ['far', '198.51.100.7'],
        ['both', '192.0.2.1'],
        ['both', '192.0.2.2'],
      ].map(([name, address]) => `${name}.bob.example.\t86400\tIN\tA\t${address}\n`);
      writeFileSync(zonePath(), `${zoneFile()}${added.join('')}`);
    });

    it('changes the A records that have the old address, and keeps the others', async () => {
      const before = serial();
      expect(await set({ user: 'bob', ip: '192.0.2.2' })).not.toHaveProperty('output');
      const names = records('A');
      expect(names).toContain('bob.example. 192.0.2.2');
      expect(names).toContain('shop.bob.example. 192.0.2.2');
      expect(names).toContain('far.bob.example. 198.51.100.7');
      expect(names.filter((line) => line.startsWith('both'))).toEqual(['both.bob.example. 192.0.2.2']);
      expect(names.filter((line) => line.endsWith(' 192.0.2.1'))).toEqual([]);
      expect(serial()).toBeGreaterThan(before);
    });

    it('shows the diff in a dry run, and changes nothing', async () => {
      const before = zoneFile();
      const { output } = await set({ user: 'bob', ip: '192.0.2.2' }, { dryRun: true });
      const lines = output?.messages ?? [];
      expect(lines).toContain('Change the DNS zone “bob.example”.');
      expect(lines).toContain('+<VirtualHost 192.0.2.2:80>');
      expect(lines.filter((line) => /^[-+]shop/.test(line)).map((line) => line.split('\t'))).toEqual([
        ['-shop.bob.example.', '86400', 'IN', 'A', '192.0.2.1'],
        ['+shop.bob.example.', '86400', 'IN', 'A', '192.0.2.2'],
      ]);
      expect(zoneFile()).toBe(before);
      expect(await addressOf('bob')).toEqual(['192.0.2.1', false]);
    });

    it('changes public addresses behind NAT', async () => {
      await here.call('nat_set_public_ip', { local_ip: '192.0.2.1', public_ip: '198.51.100.7' });
      await here.call('nat_set_public_ip', { local_ip: '192.0.2.3', public_ip: '198.51.100.9' });
      await set({ user: 'bob', ip: '192.0.2.3' });
      expect(records('A')).toContain('far.bob.example. 198.51.100.9');
    });

    it('changes nothing if the zone cannot be edited', async () => {
      const text = `${zoneFile()}$GENERATE 1-3 host$ A 192.0.2.1\n`;
      writeFileSync(zonePath(), text);
      expect(await set({ user: 'bob', ip: '192.0.2.2' })).toMatchObject({
        error_code: 'host_failed',
        reason: expect.stringContaining('$GENERATE') as string,
      });
      expect(await addressOf('bob')).toEqual(['192.0.2.1', false]);
      expect(zoneFile()).toBe(text);
    });

    it('does not change zones without the role DNS', async () => {
      const before = zoneFile();
      here.isMachine = true;
      expect(await set({ user: 'bob', ip: '192.0.2.2' })).toMatchObject({
        result: 1,
        output: {
          messages: ['The DNS zone “bob.example” is not on this server. Change its A records where it is.'],
        },
      });
      expect(zoneFile()).toBe(before);
    });
  });

  it('says if no record of the zone has the old address', async () => {
    await here.call('adddns', { domain: 'bob.example', ip: '198.51.100.7' });
    const before = zoneFile();
    const { output } = await set({ user: 'bob', ip: '192.0.2.2' });
    expect(output?.messages).toEqual([
      'No A record of the DNS zone “bob.example” has the address 192.0.2.1.',
    ]);
    expect(zoneFile()).toBe(before);
  });
});

describe('an account with more domains', () => {
  const file = (name: string) =>
    readFileSync(join(here.state, `root/var/lib/bind/whmapi1/${name}.db`), 'utf8');
  const zones = ['ann.example', 'addon.example', 'parked.example', 'sub.ann.example', 'extra.example'];
  beforeAll(async () => {
    await install();
    await here.call('addips', { ips: '192.0.2.10', netmask: '255.255.255.0' });
    await here.call('createacct', { username: 'ann', domain: 'ann.example', customip: '192.0.2.10' });
    await here.call('create_subdomain', { domain: 'sub.ann.example', document_root: 'public_html/sub' });
    await here.call('create_subdomain', { domain: 'addon.ann.example', document_root: 'public_html/addon' });
    await here.call('create_parked_domain_for_user', {
      ...{ username: 'ann', domain: 'parked.example', web_vhost_domain: 'ann.example' },
    });
    await here.call('create_parked_domain_for_user', {
      ...{ username: 'ann', domain: 'addon.example', web_vhost_domain: 'addon.ann.example' },
    });
    await here.call('adddns', { domain: 'sub.ann.example', ip: '192.0.2.10', trueowner: 'ann' });
    await here.call('adddns', { domain: 'extra.example', ip: '192.0.2.10', trueowner: 'ann' });
  });
  // Each test begins with the address that is not the main one.
  beforeEach(async () => {
    here.overrides = {};
    await here.call('addips', { ips: '192.0.2.10', netmask: '255.255.255.0' });
    await set({ user: 'ann', ip: '192.0.2.10' });
    expect((await addressOf('ann'))[0]).toBe('192.0.2.10');
  });
  afterAll(uninstall);

  it('has its address in all its zones and virtual hosts, which setsiteip changes', async () => {
    for (const name of zones) expect(file(name)).toContain('192.0.2.10');
    expect(await set({ user: 'ann', ip: '192.0.2.2' })).toMatchObject({ result: 1 });
    for (const name of zones) {
      expect(file(name)).not.toContain('192.0.2.10');
      expect(file(name)).toMatch(/\tA\t192\.0\.2\.2$/m);
    }
    const hosts = readFileSync(join(here.state, 'root/etc/apache2/whmapi1/accounts/ann.conf'), 'utf8');
    expect(hosts.match(/<VirtualHost [^>]*:80>/g)).toEqual(Array(3).fill('<VirtualHost 192.0.2.2:80>'));
    expect((await here.call('delip', { ip: '192.0.2.10' })).metadata).toMatchObject({ result: 1 });
  });

  it('has an IPv6 address in all of them', async () => {
    here.ipv6Addresses = ['2001:db8::1'];
    await here.call('ipv6_range_add', { name: 'hosting', range: '2001:db8:1::/64' });
    await here.call('ipv6_enable_account', { user: 'ann', range: 'hosting' });
    for (const name of zones) expect(file(name)).toContain('2001:db8:1::');
    await here.call('ipv6_disable_account', { user: 'ann' });
    for (const name of zones) expect(file(name)).not.toContain('2001:db8:1::');
  });

  it('asks again if a domain was added meanwhile', async () => {
    const { machine } = here.engine;
    let isFirst = true;
    here.overrides = {
      machine: {
        ...machine,
        files: async (...given) => {
          if (isFirst) {
            isFirst = false;
            await here.call('create_parked_domain_for_user', {
              ...{ username: 'ann', domain: 'late.example', web_vhost_domain: 'ann.example' },
            });
          }
          return machine.files(...given);
        },
      },
    };
    expect(await set({ user: 'ann', ip: '192.0.2.2' })).toMatchObject({ result: 1 });
    expect(isFirst).toBe(false);
    expect(file('late.example')).not.toContain('192.0.2.10');
  });

  it('does not lose an address that a zone still names', async () => {
    await here.call('adddns', { domain: 'other.example', ip: '192.0.2.10' });
    await set({ user: 'ann', ip: '192.0.2.2' });
    expect((await here.call('delip', { ip: '192.0.2.10' })).metadata).toMatchObject({
      error_code: 'bad_param',
      reason: '192.0.2.10 is in use by the DNS zone “other.example”. Change or remove the A records first.',
    });
    await here.call('killdns', { domain: 'other.example' });
    expect((await here.call('delip', { ip: '192.0.2.10' })).metadata).toMatchObject({ result: 1 });
  });

  it('does not lose one whose public address a zone names, and forgets what was said about it', async () => {
    await here.call('adddns', { domain: 'other.example', ip: '198.51.100.7' });
    await here.call('createacct', { username: 'rita', domain: 'rita.example', reseller: '1' });
    await here.call('setresellerips', { user: 'rita', delegate: '1', ips: '192.0.2.10' });
    await set({ user: 'ann', ip: '192.0.2.2' });
    await here.call('nat_set_public_ip', { local_ip: '192.0.2.10', public_ip: '198.51.100.7' });
    expect((await here.call('delip', { ip: '192.0.2.10' })).metadata.reason).toBe(
      '192.0.2.10 is in use by the DNS zone “other.example” as 198.51.100.7. Change or remove the A records first.',
    );
    await here.call('killdns', { domain: 'other.example' });
    expect((await here.call('delip', { ip: '192.0.2.10' })).metadata).toMatchObject({ result: 1 });
    await here.call('addips', { ips: '192.0.2.10', netmask: '255.255.255.0' });
    const { data } = await here.call('listips');
    expect((data as { ip: unknown[] }).ip).toContainEqual(
      expect.objectContaining({ ip: '192.0.2.10', public_ip: '192.0.2.10' }),
    );
    expect((await here.call('listips', {}, { as: reseller('rita', 'list-accts') })).data).not.toMatchObject({
      ip: expect.arrayContaining([expect.objectContaining({ ip: '192.0.2.10' })]) as unknown,
    });
  });
});

describe('an address that is removed', () => {
  const create = () =>
    here.call('createacct', { username: 'ann', domain: 'ann.example', customip: '192.0.2.10' });
  const remove = () => here.call('delip', { ip: '192.0.2.10' });
  beforeEach(async () => {
    await install();
    await here.call('addips', { ips: '192.0.2.10', netmask: '255.255.255.0' });
  });
  afterEach(uninstall);

  /** During the next `users.create` or `addresses.remove`, another call gets half a second to overtake. */
  const overtakenBy = (method: 'create' | 'remove', other: () => Promise<Envelope>) => {
    let answer: Promise<Envelope> | undefined;
    const { machine } = here.engine;
    const watched = <T extends object>(target: T): T =>
      new Proxy(target, {
        get: (object, key) => {
          const value: unknown = Reflect.get(object, key);
          if (typeof value !== 'function') return value;
          return async (...args: unknown[]): Promise<unknown> => {
            if (key === method) {
              here.overrides = {};
              answer = other();
              await Promise.race([answer, new Promise((go) => setTimeout(go, 500))]);
            }
            return value.apply(object, args) as unknown;
          };
        },
      });
    here.overrides = {
      machine: {
        ...machine,
        ...(method === 'create'
          ? { users: async () => watched(await machine.users()) }
          : { addresses: async () => watched(await machine.addresses()) }),
      },
    };
    return () => answer;
  };

  it('stays if an account is being created with it', async () => {
    const removal = overtakenBy('create', remove);
    expect((await create()).metadata).toMatchObject({ result: 1 });
    expect(await removal()).toMatchObject({
      metadata: { error_code: 'bad_param', reason: '192.0.2.10 is in use by the account “ann”.' },
    });
    expect(await addressOf('ann')).toEqual(['192.0.2.10', false]);
    expect((await remove()).metadata.error_code).toBe('bad_param');
  });

  it('is not assigned to accounts meanwhile', async () => {
    const creation = overtakenBy('remove', create);
    expect((await remove()).metadata).toMatchObject({ result: 1 });
    expect(await creation()).toMatchObject({ metadata: { result: 0, error_code: 'bad_param' } });
    expect(await storedAccount(here, 'ann')).toBeUndefined();
  });

  it('is not assigned by setsiteip meanwhile', async () => {
    const change = overtakenBy('remove', () => here.call('setsiteip', { user: 'bob', ip: '192.0.2.10' }));
    expect((await remove()).metadata).toMatchObject({ result: 1 });
    expect(await change()).toMatchObject({ metadata: { result: 0, error_code: 'bad_param' } });
    expect(await addressOf('bob')).toEqual(['192.0.2.1', false]);
  });
});
