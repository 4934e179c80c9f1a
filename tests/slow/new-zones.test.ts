// Zones of new accounts: nobody waits for BIND, and a task makes sure that it serves them.
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import type { DriverMachine } from '../../src/ground/driver/step.ts';
import { reloadsOf } from '../../src/ground/driver/reloads.ts';
import { Bind } from '../../src/capabilities/dns/driver/zones/bind/bind.ts';
import type { Zone } from '../../src/capabilities/dns/driver/zones/contract.ts';
import { describeWith } from '../support/require-tool.ts';
import { until } from '../support/until.ts';
import { holdReloads } from '../capabilities/dns/driver/zones/held-reloads.ts';
import { PrivateNamed } from '../capabilities/dns/driver/zones/private-named.ts';
import { changeZone, zoneOf } from '../capabilities/dns/driver/zones/zone-texts.ts';

describeWith(['named', 'named-checkzone', 'dig'], 'zones of new accounts on BIND', () => {
  let named: PrivateNamed;
  let bind: Bind;

  beforeAll(async () => {
    named = await PrivateNamed.start();
    bind = new Bind(named.server);
    const options = { keys: [], secondaries: [], catalog: null };
    const step = await bind.setUp(named.machine, options, Date.now());
    await step.apply(named.machine, await step.prepare(named.machine));
  });
  afterAll(() => named.close());

  const serial = (name: string) => named.dig(name, 'SOA').split(' ')[2] ?? named.dig(name, 'SOA');
  const add = async (machine: DriverMachine, zone: Zone) => {
    const step = bind.add(zone);
    const memento = await step.prepare(machine);
    await step.apply(machine, memento);
    return { step, memento };
  };
  /** A server that is killed before it reconfigures BIND. */
  const killed = () => {
    const { machine } = holdReloads({ ...named.machine });
    reloadsOf(machine).outliveCalls();
    return machine;
  };
  const withLocks = <T>(_locks: unknown, work: () => Promise<T>) => work();
  const confirm = (...names: string[]) => bind.confirm({ ...named.machine }, names, { withLocks });

  it('are served soon, and share a reconfiguration while one is running', async () => {
    const held = holdReloads({ ...named.machine });
    reloadsOf(held.machine).outliveCalls();
    const names = ['a.example', 'b.example', 'c.example', 'd.example'];
    for (const name of names) await add(held.machine, zoneOf(name, 1));
    expect(names.map(serial)).toEqual(names.map(() => 'REFUSED'));
    held.letGo();
    await reloadsOf(held.machine).laterOnesAreOver('zones');
    await until(() => names.every((name) => serial(name) === '1'), 'all are served');
    expect(held.count()).toBeLessThanOrEqual(2);
  });

  it('are waited for by a process that ends after its call', async () => {
    await add({ ...named.machine }, zoneOf('alone.example', 1));
    await until(() => serial('alone.example') === '1', 'it is served');
  });

  it('are served after the confirmation if the process was killed before BIND knew them', async () => {
    await add(killed(), zoneOf('k.example', 1));
    expect(serial('k.example')).toBe('REFUSED');
    expect(await confirm('k.example', 'removed-since.example')).toEqual({ problems: [] });
    expect(serial('k.example')).toBe('1');
  });

  it('can be changed, signed and removed before BIND knows them', async () => {
    const machine = killed();
    for (const name of ['l.example', 'm.example', 'n.example']) await add(machine, zoneOf(name, 1));
    const others = { ...named.machine };
    await changeZone(bind, others, 'l.example', zoneOf('l.example', 2));
    expect(serial('l.example')).toBe('2');
    await add(machine, zoneOf('o.example', 1));
    await changeZone(bind, others, 'o.example', { ...zoneOf('o.example', 2), dnssecPolicy: 'default' });
    expect(named.dig('o.example', 'DNSKEY')).toMatch(/^257 /);
    await changeZone(bind, others, 'm.example', null);
    expect(serial('m.example')).toBe('REFUSED');
  });

  it('leave nothing behind when they are undone before BIND knows them', async () => {
    const machine = killed();
    const { step, memento } = await add(machine, zoneOf('u.example', 1));
    await step.undo({ ...named.machine }, memento);
    expect(await bind.read(named.machine, 'u.example')).toBeUndefined();
    expect(serial('u.example')).toBe('REFUSED');
  });

  it('are refused if BIND has a zone of that name from another file', async () => {
    writeFileSync(named.path('/etc/bind/by-hand.db'), zoneOf('hand.example', 7).text);
    const own = `zone "hand.example" { type primary; file "${named.path('/etc/bind/by-hand.db')}"; };\n`;
    appendFileSync(named.path('/etc/bind/named.conf.local'), own);
    named.rndc('reconfig');
    await until(() => serial('hand.example') === '7', 'the other is served');
    await expect(add({ ...named.machine }, zoneOf('hand.example', 1))).rejects.toThrow(
      'BIND has a zone “hand.example” that this program did not write. Remove it from BIND’s configuration first.',
    );
    expect(await bind.read(named.machine, 'hand.example')).toBeUndefined();
    expect(named.rndc('reconfig')).toBe(0);
  });

  it('are removed by the confirmation if BIND rejects its configuration because of them', async () => {
    await add(killed(), zoneOf('twice.example', 1));
    writeFileSync(named.path('/etc/bind/twice.db'), zoneOf('twice.example', 8).text);
    const own = `zone "twice.example" { type primary; file "${named.path('/etc/bind/twice.db')}"; };\n`;
    appendFileSync(named.path('/etc/bind/named.conf.local'), own);
    const { problems } = await confirm('twice.example');
    expect(problems).toEqual([
      {
        name: 'twice.example',
        reason: expect.stringMatching(
          /^It was removed\. BIND refuses its configuration: .*already exists/,
        ) as string,
      },
    ]);
    expect(existsSync(named.path('/etc/bind/whmapi1/zones/twice.example.conf'))).toBe(false);
    await until(() => serial('twice.example') === '8', 'the other is served');
  });

  it('are reported by the confirmation if BIND cannot load them, with the reason', async () => {
    const name = 'broken.example';
    await add(killed(), zoneOf(name, 1));
    writeFileSync(named.path(`/var/lib/bind/whmapi1/${name}.db`), '@ IN nonsense\n');
    const { problems } = await confirm(name);
    expect(problems).toEqual([
      {
        name,
        reason: expect.stringContaining(
          'named-checkzone rejects the zone “broken.example”: line 1',
        ) as string,
      },
    ]);
  }, 60_000);

  it('are not created while BIND is stopped', async () => {
    await named.stop();
    await expect(add({ ...named.machine }, zoneOf('stopped.example', 1))).rejects.toThrow(
      'BIND is not running (connection refused).',
    );
    await named.resume();
    expect(await bind.read(named.machine, 'stopped.example')).toBeUndefined();
  });
});
