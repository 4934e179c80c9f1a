// Zones while named, the disk or this process fails: acknowledged changes are served, and the others leave no trace.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sandboxMachine } from '../../src/machine/choose.ts';
import { Bind } from '../../src/drivers/zones/bind/bind.ts';
import type { Zone } from '../../src/drivers/zones/contract.ts';
import { nameOfPolicy } from '../../src/drivers/zones/signing-policy.ts';
import { dyingMachine } from '../support/dying-machine.ts';
import { describeWith } from '../support/require-tool.ts';
import { PrivateNamed } from '../drivers/zones/private-named.ts';
import { changeZone, until, zoneOf } from '../drivers/zones/zone-texts.ts';

const top = resolve(__dirname, '../..');
const now = () => Date.now();

describeWith(['named', 'named-checkzone', 'dig'], 'zones on BIND, when something fails', () => {
  let named: PrivateNamed;
  let bind: Bind;

  beforeAll(async () => {
    named = await PrivateNamed.start();
    bind = new Bind(named.server);
    const step = await bind.setUp(
      named.machine,
      { keys: [], secondaries: [], catalog: 'catalog.invalid' },
      Date.now(),
    );
    await step.apply(named.machine, await step.prepare(named.machine));
    await change('a.example', zoneOf('a.example', 1));
  });
  afterAll(() => named.close());

  const change = (name: string, after: Zone | null) => changeZone(bind, named.machine, name, after);
  const serial = (name: string) => named.dig(name, 'SOA').split(' ')[2] ?? named.dig(name, 'SOA');
  /**
   * The zone files and the configuration, by path. Journals and signed copies belong to named, which removes them at
   * any time.
   */
  const state = () =>
    ['/etc/bind', '/var/lib/bind/whmapi1'].flatMap((folder) =>
      readdirSync(named.path(folder), { recursive: true, withFileTypes: true })
        .filter((one) => one.isFile() && !one.name.startsWith('catalog'))
        .filter((one) => folder === '/etc/bind' || /\.(db|conf)$/.test(one.name))
        .map((one) => join(one.parentPath, one.name))
        .sort()
        .map((path) => [path, readFileSync(path, 'utf8')]),
    );

  it('named is stopped: the reason says so, nothing changes, and it works once named runs again', async () => {
    const before = state();
    await named.stop();
    await expect(change('a.example', zoneOf('a.example', 2))).rejects.toThrow(
      'BIND is not running (connection refused). Start it with “whmapi1 --sandbox-services” and retry the call. ' +
        'Nothing was changed.',
    );
    await expect(change('b.example', zoneOf('b.example', 1))).rejects.toThrow(/connection refused/);
    expect(state()).toEqual(before);
    await named.resume();
    expect([serial('a.example'), serial('b.example')]).toEqual(['1', 'REFUSED']);
    await change('a.example', zoneOf('a.example', 2));
    expect(serial('a.example')).toBe('2');
  });

  it('named hangs: the change fails, and is undone when named continues', async () => {
    const before = state();
    const step = bind.change(
      'a.example',
      await bind.read(named.machine, 'a.example'),
      zoneOf('a.example', 3),
    );
    const memento = await step.prepare(named.machine);
    named.signal('SIGSTOP');
    try {
      await expect(step.apply(named.machine, memento)).rejects.toThrow(
        /^BIND does not answer: “rndc” took too long and was stopped\. Restart .* Nothing was changed\.$/,
      );
      expect(state()).toEqual(before);
      await expect(step.undo(named.machine, memento)).rejects.toThrow(/took too long/);
    } finally {
      named.signal('SIGCONT');
    }
    await step.undo(named.machine, memento);
    await until(() => serial('a.example') === '2');
    await change('a.example', zoneOf('a.example', 4));
    expect(serial('a.example')).toBe('4');
  });

  it('named is restarted in the middle: changes wait for it, and acknowledged changes are served', async () => {
    const names = Array.from({ length: 12 }, (_, at) => `r${at}.example`);
    const changes = names.map(async (name, at) => {
      await pause(at * 40);
      await change(name, zoneOf(name, 1));
    });
    const outcomes = Promise.allSettled(changes);
    await Promise.any(changes);
    await named.stop();
    await pause(300);
    await named.resume();
    const served = (await outcomes).map(({ status }) => (status === 'fulfilled' ? '1' : 'REFUSED'));
    expect(names.map(serial)).toEqual(served);
    expect(served).toContain('1');
    expect(await bind.list(named.machine)).toEqual(
      expect.arrayContaining(names.filter((_, at) => served[at] === '1')),
    );
  });

  const policy = nameOfPolicy({ algorithm: 13, keys: 'simple', denial: 'nsec3' });
  /** Its record identifies the served version, because a signed zone has its own serial. */
  const version = (name: string, serial: number, dnssecPolicy: string | null = null) => ({
    ...zoneOf(name, serial, `version IN TXT ${serial}\n`),
    dnssecPolicy,
  });
  const served = (name: string) => named.dig(`version.${name}`, 'TXT').replaceAll('"', '');
  const cases: [what: string, name: string, before: Zone | null, after: Zone | null][] = [
    ['a new zone', 'k1.example', null, version('k1.example', 1)],
    ['a change', 'k2.example', version('k2.example', 1), version('k2.example', 2)],
    ['a removal', 'k2.example', version('k2.example', 1), null],
    ['a first signature', 'k3.example', version('k3.example', 1), version('k3.example', 2, policy)],
    [
      'a change of a signed zone',
      'k4.example',
      version('k4.example', 1, policy),
      version('k4.example', 2, policy),
    ],
    [
      'the end of signatures',
      'k5.example',
      version('k5.example', 1, policy),
      version('k5.example', 100, null),
    ],
    ['a removal of a signed zone', 'k6.example', version('k6.example', 1, policy), null],
  ];
  describe.each(cases)('this process is killed in %s', (_what, name, first, after) => {
    const versionOf = (zone: Zone | null) =>
      zone === null ? 'REFUSED' : (/TXT (\d+)/.exec(zone.text)?.[1] ?? '');
    it.each([
      ['before', false],
      ['after', true],
    ])('%s any of its steps: it can be undone, and be done again', async (_when, isDone) => {
      const start = () => change(name, first);
      const own = () => state().filter(([path]) => path?.includes(`/${name}.`));
      let deaths = 0;
      for (let dies = 1; ; dies++) {
        await start();
        const before = own();
        const step = bind.change(name, await bind.read(named.machine, name), after);
        const memento = await step.prepare(named.machine);
        const dying = dyingMachine(sandboxMachine(named.folder, now), { dies, isDone });
        const isOver = await Promise.race([
          step.apply(dying.machine, memento).then(() => true),
          dying.died.then(() => false),
        ]);
        if (isOver) break;
        deaths += 1;
        // The next process, which only has the journal.
        const next = { ...sandboxMachine(named.folder, now) };
        if (dies % 2 === 0) {
          await step.undo(next, memento);
          expect([dies, own()]).toEqual([dies, before]);
          await until(() => served(name) === versionOf(first));
          expect(await bind.change(name, await bind.read(next, name), after).preview(next)).not.toBe('');
        } else {
          await step.apply(next, memento);
          expect([dies, served(name)]).toEqual([dies, versionOf(after)]);
          const isSigned = after?.dnssecPolicy != null;
          expect([dies, named.dig(name, 'DNSKEY').startsWith('257 ')]).toEqual([dies, isSigned]);
        }
      }
      expect(deaths).toBeGreaterThan(5);
    });
  });

  describe('this process is killed while it adds the zone of a new account', () => {
    const name = 'new.example';
    const withLocks = <T>(_locks: unknown, work: () => Promise<T>) => work();
    const own = () => state().filter(([path]) => path?.includes(`/${name}.`));

    it.each([
      ['before', false],
      ['after', true],
    ])('%s any of its steps: it can be undone, and be done again and confirmed', async (_when, isDone) => {
      let deaths = 0;
      for (let dies = 1; ; dies++) {
        await change(name, null);
        const step = bind.add(version(name, 1));
        const memento = await step.prepare(named.machine);
        const dying = dyingMachine(sandboxMachine(named.folder, now), { dies, isDone });
        const isOver = await Promise.race([
          step.apply(dying.machine, memento).then(() => true),
          dying.died.then(() => false),
        ]);
        if (isOver) break;
        deaths += 1;
        const next = { ...sandboxMachine(named.folder, now) };
        if (dies % 2 === 0) {
          await step.undo(next, memento);
          expect([dies, own(), served(name)]).toEqual([dies, [], 'REFUSED']);
        } else {
          await step.apply(next, memento);
          expect(await bind.confirm(next, [name], { withLocks })).toEqual({ problems: [] });
          expect([dies, served(name)]).toEqual([dies, '1']);
        }
      }
      expect(deaths).toBeGreaterThan(5);
    });
  });

  it('a process is killed at any moment: the next one undoes the change', async () => {
    await change('s.example', zoneOf('s.example', 1));
    for (let at = 0; at < 8; at++) {
      const memento = join(named.folder, 'memento.json');
      rmSync(memento, { force: true });
      const worker = spawn(
        process.execPath,
        [
          '--import',
          'tsx',
          join(top, 'tests/drivers/zones/zone-worker.ts'),
          named.folder,
          JSON.stringify(named.server),
          memento,
        ],
        { cwd: top, stdio: ['ignore', 'pipe', 'inherit'] },
      );
      const closed = once(worker, 'close');
      await Promise.race([once(worker.stdout, 'data'), closed]);
      await pause(at * 9);
      worker.kill('SIGKILL');
      await closed;
      if (!existsSync(memento)) continue;
      const stored = JSON.parse(readFileSync(memento, 'utf8')) as never;
      const step = bind.change('s.example', undefined, zoneOf('s.example', 2));
      await step.undo(named.machine, stored);
      await until(() => serial('s.example') === '1');
      expect(await bind.read(named.machine, 's.example')).toMatchObject(zoneOf('s.example', 1));
      expect(
        readdirSync(named.path('/var/lib/bind/whmapi1')).filter((file) => file.startsWith('.whmapi1')),
      ).toEqual([]);
    }
  });

  const isRoot = process.getuid?.() === 0;
  it.each(isRoot ? ['zones', 'backups'] : [])('the disk of the %s is full: nothing changes', (which) => {
    const words = ['--mount', '--propagation', 'private', process.execPath, '--import', 'tsx'];
    const worker = join(top, 'tests/drivers/zones/full-disk-worker.ts');
    const { stdout, stderr } = spawnSync('unshare', [...words, worker, which], {
      cwd: top,
      encoding: 'utf8',
    });
    const [outcome = ''] = stdout.trim().split('\n').slice(-1);
    expect([outcome, stderr]).toEqual([expect.stringMatching(/^\{/), '']);
    expect(JSON.parse(outcome)).toEqual({
      changed: expect.stringContaining('The disk is full. Free some space and retry the call.') as string,
      created: expect.stringContaining('The disk is full. Free some space and retry the call.') as string,
      isSame: true,
      served: ['1', 'REFUSED'],
      later: '2',
    });
  });
});
