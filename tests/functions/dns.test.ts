// Zones through the public interface, in a sandbox. Their files are written there, and checked if named-checkzone is
// installed.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Json, Value } from '../../src/core/values.ts';
import { addAccounts, anAccount } from '../support/accounts.ts';
import { Installation, reseller } from '../support/installation.ts';

interface Row {
  readonly Line: number;
  readonly name: string;
  readonly type: string;
  readonly [field: string]: string | number | string[];
}

let here: Installation;
beforeEach(() => {
  here = new Installation({ checksZones: true });
});
afterEach(() => here.remove());

const zone = 'bob.example';
const dns = ['create-dns', 'kill-dns', 'edit-dns'] as const;

async function ok(command: string, args: Record<string, Json> = {}) {
  const answer = await here.call(command, args);
  expect([answer.metadata.reason, answer.metadata.result]).toEqual([answer.metadata.reason, 1]);
  return answer;
}

async function reasonOf(command: string, args: Record<string, Json>, as?: ReturnType<typeof reseller>) {
  const { metadata } = await here.call(command, args, as === undefined ? {} : { as });
  expect(metadata.result).toBe(0);
  return metadata.reason;
}

async function rows(name = zone): Promise<Row[]> {
  const { data } = await ok('dumpzone', { domain: name });
  return (data as unknown as { zone: { record: Row[] }[] }).zone[0]?.record ?? [];
}

async function record(type: string, name = `${zone}.`): Promise<Row> {
  const found = (await rows()).find((row) => row.type === type && row.name === name);
  if (found === undefined) throw new Error(`There is no ${type} record of ${name}`);
  return found;
}

const fileOf = (name: string) => join(here.state, 'root/var/lib/bind/whmapi1', `${name}.db`);

describe('adddns', () => {
  it('creates a zone from the standard template, which dumpzone shows with lines counted from 1', async () => {
    const { metadata } = await ok('adddns', { domain: 'Bob.Example', ip: '192.0.2.7' });
    expect(metadata.reason).toBe('Added bob.example ok belonging to user root');
    const all = await rows();
    expect(all[0]).toMatchObject({ Line: 1, type: ':RAW', raw: '; cPanel first: Zone file for bob.example' });
    expect(all[1]).toEqual({ Line: 2, name: '', ttl: '14400', type: '$TTL' });
    expect(all[2]).toMatchObject({
      Line: 3,
      Lines: 6,
      type: 'SOA',
      name: 'bob.example.',
      mname: 'server.example.com',
      serial: '2026030100',
      rname: 'root.server.example.com',
    });
    expect(await record('A')).toMatchObject({ address: '192.0.2.7', ttl: '14400', class: 'IN' });
    expect(await record('MX')).toMatchObject({ preference: '0', exchange: 'bob.example' });
    expect(await record('CNAME', 'www.bob.example.')).toMatchObject({ cname: 'bob.example' });
    expect(readFileSync(fileOf(zone), 'utf8').split('\n')[1]).toBe('$TTL 14400');
  });

  it('uses the configured nameservers, and says so if there are none', async () => {
    const { metadata } = await ok('adddns', { domain: zone, ip: '192.0.2.7' });
    expect(metadata.output?.warnings?.[0]).toContain('update_nameservers_config');
  });

  it.each([
    [{ domain: zone, ip: '192.0.2.300' }, 'IPv4 address'],
    [{ domain: 'bob..example', ip: '192.0.2.7' }, 'domain name'],
    [{ domain: 'bob.example\n$INCLUDE /etc/passwd', ip: '192.0.2.7' }, 'domain'],
    [{ domain: zone, ip: '192.0.2.7', ipv6: '2001:db8::g' }, 'IPv6 address'],
    [{ domain: zone, ip: '192.0.2.7', template: '../../etc/passwd' }, 'standardvirtualftp'],
    [{ domain: zone, ip: '192.0.2.7', trueowner: 'nobody1' }, 'nobody1'],
  ])('rejects %j', async (args, reason) => {
    expect(await reasonOf('adddns', args)).toContain(reason);
    expect((await ok('listzones')).data).toEqual({ zone: [] });
  });

  it('rejects a zone that exists', async () => {
    await ok('adddns', { domain: zone, ip: '192.0.2.7' });
    expect(await reasonOf('adddns', { domain: zone, ip: '192.0.2.8' })).toContain('already exists');
    expect(await record('A')).toMatchObject({ address: '192.0.2.7' });
  });

  it('shows the whole file in a dry run, and saves nothing', async () => {
    const { metadata } = await here.call('adddns', { domain: zone, ip: '192.0.2.7' }, { dryRun: true });
    expect(metadata.output?.messages?.join('\n')).toContain('+bob.example.\tIN\tA\t192.0.2.7');
    expect((await ok('listzones')).data).toEqual({ zone: [] });
  });
});

describe('addzonerecord, editzonerecord and removezonerecord', () => {
  beforeEach(() => ok('adddns', { domain: zone, ip: '192.0.2.7' }));

  it('change one line, increase the serial, and keep every other line unchanged', async () => {
    const before = await rows();
    const { metadata } = await ok('addzonerecord', {
      domain: zone,
      name: 'shop',
      type: 'A',
      address: '192.0.2.9',
      ttl: '60',
    });
    expect(metadata.reason).toBe('Bind reloading on server.example.com using rndc zone: [bob.example]');
    const after = await rows();
    const isOther = ({ type }: Row) => type !== 'SOA';
    expect(after.filter(isOther).slice(0, -1)).toEqual(before.filter(isOther));
    const added = await record('A', 'shop.bob.example.');
    expect(added).toMatchObject({ address: '192.0.2.9', ttl: '60' });
    expect(await record('SOA')).toMatchObject({ serial: '2026030101' });

    await ok('editzonerecord', { domain: zone, line: String(added.Line), address: '192.0.2.10' });
    expect(await record('A', 'shop.bob.example.')).toEqual({ ...added, address: '192.0.2.10' });
    // xmlapi.php sends “Line”.
    for (const name of ['line', 'Line']) {
      expect((await ok('getzonerecord', { domain: zone, [name]: String(added.Line) })).data).toEqual({
        record: [{ ...added, address: '192.0.2.10', ttl: 60 }],
      });
    }
    await ok('removezonerecord', { zone, line: String(added.Line) });
    expect((await rows()).filter(isOther)).toEqual(before.filter(isOther));
    expect(await record('SOA')).toMatchObject({ serial: '2026030103' });
  });

  it.each([
    [{ type: 'TXT', txtdata: 'v=spf1 -all; "x" $INCLUDE' }, { txtdata: 'v=spf1 -all; "x" $INCLUDE' }],
    [{ type: 'TXT', txtdata: 'a'.repeat(600) }, { txtdata: 'a'.repeat(600) }],
  ])('adds %j', async (args, expected) => {
    await ok('addzonerecord', { domain: zone, name: 'new', ...args });
    expect(await record(args.type, 'new.bob.example.')).toMatchObject(expected);
  });

  it.each([
    [{ name: 'x', type: 'A', address: '192.0.2.1\nevil A 192.0.2.2' }, 'address'],
    [{ name: 'x', type: 'A' }, '“address” is missing'],
    [{ name: 'x (', type: 'A', address: '192.0.2.1' }, 'name'],
    [{ name: 'x.alice.example.', type: 'A', address: '192.0.2.1' }, 'not in the zone'],
    [{ name: 'x', type: 'CNAME', cname: 'a; $INCLUDE' }, 'cname'],
    [{ name: 'www', type: 'A', address: '192.0.2.1' }, 'CNAME'],
    [{ name: 'x', type: 'ALIAS', address: '192.0.2.1' }, 'ALIAS'],
    [{ name: 'x', type: 'A', address: '192.0.2.1', ttl: '99999999999' }, 'ttl'],
    [{ name: 'x', type: 'A', address: '192.0.2.1', class: 'CH' }, 'class'],
    [{ name: 'x', type: 'A', address: '192.0.2.1', serialnum: '1' }, 'does not match the DNS zone’s serial'],
  ])('rejects adding %j, and changes nothing', async (args, reason) => {
    const before = readFileSync(fileOf(zone), 'utf8');
    expect(await reasonOf('addzonerecord', { domain: zone, ...args })).toContain(reason);
    expect(readFileSync(fileOf(zone), 'utf8')).toBe(before);
  });

  it('reject lines without a record, with the texts that clients match', async () => {
    expect(await reasonOf('editzonerecord', { domain: zone, line: '1', ttl: '60' })).toMatch(
      /^Failed to serialize record: /,
    );
    expect(await reasonOf('removezonerecord', { zone, line: '999' })).toBe(
      'Unable to find a record on specified line: 999',
    );
    expect(await reasonOf('getzonerecord', { domain: zone, line: '999' })).toBe(
      'No record available on selected line.',
    );
  });

  it('reject a serial that is not the current one', async () => {
    const answer = await here.call('removezonerecord', { zone, line: '13', serialnum: '2026030109' });
    expect(answer).toMatchObject({
      metadata: {
        result: 0,
        reason:
          'The given serial number (2026030109) does not match the DNS zone’s serial number (2026030100). ' +
          'Refresh your view of the DNS zone, then resubmit.',
      },
      data: { type: 'Stale', detail: null },
    });
    await ok('removezonerecord', { zone, line: '13', serialnum: '2026030100' });
  });

  it('change the SOA record, and keep the serial increasing', async () => {
    const { Line } = await record('SOA');
    await ok('editzonerecord', { domain: zone, line: String(Line), refresh: '7200', serial: '5' });
    expect(await record('SOA')).toMatchObject({ refresh: '7200', serial: '2026030101' });
  });

  it('keep an edit by hand, and name the line of a broken edit', async () => {
    const text = readFileSync(fileOf(zone), 'utf8');
    writeFileSync(fileOf(zone), `${text}hand 300 IN A 192.0.2.77 ; mine\n`);
    await ok('addzonerecord', { domain: zone, name: 'x', type: 'A', address: '192.0.2.8' });
    expect(readFileSync(fileOf(zone), 'utf8')).toContain('hand 300 IN A 192.0.2.77 ; mine\n');
    const lines = readFileSync(fileOf(zone), 'utf8').split('\n').length;
    writeFileSync(fileOf(zone), `${readFileSync(fileOf(zone), 'utf8')}broken IN A 192.0.2\n`);
    const reason = await reasonOf('addzonerecord', {
      domain: zone,
      name: 'y',
      type: 'A',
      address: '192.0.2.8',
    });
    expect(reason).toContain(`Line ${lines} `);
    await ok('removezonerecord', { zone, line: String(lines) });
  });

  it('lose no update when several run at once', async () => {
    const names = Array.from({ length: 8 }, (_, at) => `host${at}`);
    const answers = await Promise.all(
      names.map((name) =>
        here.call('addzonerecord', { domain: zone, name, type: 'A', address: '192.0.2.8' }),
      ),
    );
    expect(answers.map(({ metadata }) => metadata.reason)).toEqual(
      names.map(() => 'Bind reloading on server.example.com using rndc zone: [bob.example]'),
    );
    const owners = (await rows()).map(({ name }) => name);
    for (const name of names) expect(owners).toContain(`${name}.bob.example.`);
    expect(await record('SOA')).toMatchObject({ serial: '2026030108' });
  });
});

describe('killdns', () => {
  it('removes the zone and its files', async () => {
    await ok('adddns', { domain: zone, ip: '192.0.2.7' });
    await ok('adddns', { domain: `an-${zone}`, ip: '192.0.2.7' });
    const { metadata } = await ok('killdns', { domain: zone });
    expect(metadata).toMatchObject({
      reason: 'Zones Removed',
      output: { raw: 'bob.example => deleted from server.example.com. ' },
    });
    expect((await ok('listzones')).data).toEqual({
      zone: [{ domain: 'an-bob.example', zonefile: 'an-bob.example.db' }],
    });
    expect(await reasonOf('dumpzone', { domain: zone })).toBe('Zone does not exist.');
    expect(await reasonOf('killdns', { domain: zone })).toBe('Unable to remove zone that does not exist.');
  });
});

describe('a reseller', () => {
  const rita = reseller('rita', ...dns);
  const sees = async (as = rita) => ((await here.call('listzones', {}, { as })).data?.zone as Value[]).length;

  beforeEach(async () => {
    await addAccounts(
      here,
      anAccount(),
      anAccount({ username: 'rita', owner: 'root' }),
      anAccount({ username: 'carl', owner: 'rita' }),
    );
    for (const domain of ['bob.example', 'carl.example', 'other.example']) {
      await ok('adddns', { domain, ip: '192.0.2.7' });
    }
  });

  it('can see and change only the zones of its accounts', async () => {
    expect(await sees()).toBe(1);
    const add = { name: 'x', type: 'A', address: '192.0.2.8' };
    await here.call('addzonerecord', { domain: 'carl.example', ...add }, { as: rita });
    expect((await rows('carl.example')).map(({ name }) => name)).toContain('x.carl.example.');
    for (const domain of ['bob.example', 'other.example', 'missing.example']) {
      const reason = `You do not have access to the DNS zone “${domain}”.`;
      expect(await reasonOf('addzonerecord', { domain, ...add }, rita)).toBe(reason);
      expect(await reasonOf('dumpzone', { domain }, rita)).toBe(reason);
      expect(await reasonOf('killdns', { domain }, rita)).toBe(reason);
      expect(await reasonOf('removezonerecord', { zone: domain, line: '13' }, rita)).toBe(reason);
    }
  });

  it('can add zones for itself and its accounts, but none above or below other users’ zones', async () => {
    const ip = '192.0.2.7';
    const added = await here.call('adddns', { domain: 'rita.org', ip }, { as: rita });
    expect(added.metadata.reason).toBe('Added rita.org ok belonging to user rita');
    await here.call('adddns', { domain: 'carl.org', ip, trueowner: 'carl' }, { as: rita });
    await here.call('adddns', { domain: 'shop.carl.example', ip, trueowner: 'carl' }, { as: rita });
    expect(await sees()).toBe(4);
    expect(await sees(reseller('sam', ...dns))).toBe(0);
    for (const domain of [
      'www.bob.example',
      'example',
      'a.b.other.example',
      'example.com',
      'server.example.com',
    ]) {
      expect(await reasonOf('adddns', { domain, ip }, rita)).toContain('root');
    }
    expect(await reasonOf('adddns', { domain: 'y.example', ip, trueowner: 'bob' }, rita)).toContain('bob');
    expect(await reasonOf('adddns', { domain: 'y.example', ip, trueowner: 'root' }, rita)).toContain('root');
  });

  it('needs the privilege', async () => {
    expect(await reasonOf('killdns', { domain: 'carl.example' }, reseller('rita', 'edit-dns'))).toContain(
      'kill-dns',
    );
  });
});

describe('a server without the role DNS', () => {
  it.each([
    ['listzones', {}],
    ['dumpzone', { domain: 'bob.example' }],
    ['adddns', { domain: 'bob.example', ip: '192.0.2.1' }],
    ['addzonerecord', { domain: 'bob.example', name: 'x', type: 'A', address: '192.0.2.1' }],
    ['killdns', { domain: 'bob.example' }],
  ])('rejects %s', async (command, args) => {
    here.isMachine = true;
    for (const dryRun of [false, true]) {
      expect((await here.call(command, args, { dryRun })).metadata).toMatchObject({
        result: 0,
        error_code: 'disabled',
        reason: `“${command}” needs the role “DNS”, which this server does not have. Activate a profile with it: start_profile_activation.`,
      });
    }
  });
});
