// Zones while named, the disk or this process fails: acknowledged changes are served, and the others leave no trace.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { sandboxMachine } from '../../src/machine/choose.ts';
import { Bind } from '../../src/capabilities/dns/driver/zones/bind/bind.ts';
import type { Zone } from '../../src/capabilities/dns/driver/zones/contract.ts';
import { nameOfPolicy } from '../../src/capabilities/dns/driver/zones/signing-policy.ts';
import { builtScript } from '../support/built-script.ts';
import { dyingMachine } from '../support/dying-machine.ts';
import { describeWith } from '../support/require-tool.ts';
import { FIRST_PLACE, PLACES, sixth } from '../support/sixth.ts';
import { together } from '../support/together.ts';
import { PrivateNamed } from '../capabilities/dns/driver/zones/private-named.ts';
import { changeZone, until, zoneOf } from '../capabilities/dns/driver/zones/zone-texts.ts';

const top = resolve(__dirname, '../..');
const now = () => Date.now();
const zoneWorker = builtScript('tests/capabilities/dns/driver/zones/zone-worker.ts');

type Test = readonly [name: string, test: () => Promise<void>];

/** A named with a zone, of one test. */
class Place {
  readonly bind: Bind;

  private constructor(readonly named: PrivateNamed) {
    this.bind = new Bind(named.server);
  }

  static async use(work: (place: Place) => Promise<void>): Promise<void> {
    const place = new Place(await PrivateNamed.start());
    const { bind, named } = place;
    try {
      const step = await bind.setUp(
        named.machine,
        { keys: [], secondaries: [], catalog: 'catalog.invalid' },
        Date.now(),
      );
      await step.apply(named.machine, await step.prepare(named.machine));
      await place.change('a.example', zoneOf('a.example', 1));
      await work(place);
    } finally {
      await named.close();
    }
  }

  change(name: string, after: Zone | null) {
    return changeZone(this.bind, this.named.machine, name, after);
  }

  serial(name: string): string {
    const answer = this.named.dig(name, 'SOA');
    return answer.split(' ')[2] ?? answer;
  }

  /** The version of a zone that is served. */
  served(name: string): string {
    return this.named.dig(`version.${name}`, 'TXT').replaceAll('"', '');
  }

  /**
   * The zone files and the configuration, by path. Journals and signed copies belong to named, which removes them at
   * any time.
   */
  state() {
    return ['/etc/bind', '/var/lib/bind/whmapi1'].flatMap((folder) =>
      readdirSync(this.named.path(folder), { recursive: true, withFileTypes: true })
        .filter((one) => one.isFile() && !one.name.startsWith('catalog'))
        .filter((one) => folder === '/etc/bind' || /\.(db|conf)$/.test(one.name))
        .map((one) => join(one.parentPath, one.name))
        .sort()
        .map((path) => [path, readFileSync(path, 'utf8')]),
    );
  }
}

const policy = nameOfPolicy({ algorithm: 13, keys: 'simple', denial: 'nsec3' });
/** Its record identifies the served version, because a signed zone has its own serial. */
const version = (name: string, serial: number, dnssecPolicy: string | null = null) => ({
  ...zoneOf(name, serial, `version IN TXT ${serial}\n`),
  dnssecPolicy,
});
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
  ['the end of signatures', 'k5.example', version('k5.example', 1, policy), version('k5.example', 100, null)],
  ['a removal of a signed zone', 'k6.example', version('k6.example', 1, policy), null],
];

const killed = sixth(cases).flatMap(([what, name, first, after]) =>
  [['before', false] as const, ['after', true] as const].map(([when, isDone]): Test => [
    `this process is killed in ${what}, ${when} any of its steps: it can be undone, and be done again`,
    () =>
      Place.use(async (place) => {
        const versionOf = (zone: Zone | null) =>
          zone === null ? 'REFUSED' : (/TXT (\d+)/.exec(zone.text)?.[1] ?? '');
        const start = () => place.change(name, first);
        const own = () => place.state().filter(([path]) => path?.includes(`/${name}.`));
        let deaths = 0;
        let dies = FIRST_PLACE;
        for (; ; dies += PLACES) {
          await start();
          const before = own();
          const step = place.bind.change(name, await place.bind.read(place.named.machine, name), after);
          const memento = await step.prepare(place.named.machine);
          const dying = dyingMachine(sandboxMachine(place.named.folder, now), { dies, isDone });
          const isOver = await Promise.race([
            step.apply(dying.machine, memento).then(() => true),
            dying.died.then(() => false),
          ]);
          if (isOver) break;
          deaths += 1;
          // The next process, which only has the journal.
          const next = { ...sandboxMachine(place.named.folder, now) };
          if (deaths % 2 === 0) {
            await step.undo(next, memento);
            expect([dies, own()]).toEqual([dies, before]);
            await until(() => place.served(name) === versionOf(first));
            expect(
              await place.bind.change(name, await place.bind.read(next, name), after).preview(next),
            ).not.toBe('');
          } else {
            await step.apply(next, memento);
            expect([dies, place.served(name)]).toEqual([dies, versionOf(after)]);
            const isSigned = after?.dnssecPolicy != null;
            expect([dies, place.named.dig(name, 'DNSKEY').startsWith('257 ')]).toEqual([dies, isSigned]);
          }
        }
        expect(dies).toBeGreaterThan(5);
      }),
  ]),
);

const withLocks = <T>(_locks: unknown, work: () => Promise<T>) => work();

const killedAdding = (
  [
    ['before', false],
    ['after', true],
  ] as const
).map(([when, isDone]): Test => [
  `this process is killed while it adds the zone of a new account, ${when} any of its steps: it can be undone, and be done again and confirmed`,
  () =>
    Place.use(async (place) => {
      const name = 'new.example';
      const { bind, named } = place;
      const own = () => place.state().filter(([path]) => path?.includes(`/${name}.`));
      let deaths = 0;
      let dies = FIRST_PLACE;
      for (; ; dies += PLACES) {
        await place.change(name, null);
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
        if (deaths % 2 === 0) {
          await step.undo(next, memento);
          expect([dies, own(), place.served(name)]).toEqual([dies, [], 'REFUSED']);
        } else {
          await step.apply(next, memento);
          expect(await bind.confirm(next, [name], { withLocks })).toEqual({ problems: [] });
          expect([dies, place.served(name)]).toEqual([dies, '1']);
        }
      }
      expect(dies).toBeGreaterThan(5);
    }),
]);

describeWith(['named', 'named-checkzone', 'dig'], 'zones on BIND, when something fails', () => {
  // Those that wait for a named that does not answer begin first.
  together(4, [
    [
      'named hangs: the change fails, and is undone when named continues',
      () =>
        Place.use(async (place) => {
          const before = place.state();
          const step = place.bind.change(
            'a.example',
            await place.bind.read(place.named.machine, 'a.example'),
            zoneOf('a.example', 3),
          );
          const memento = await step.prepare(place.named.machine);
          place.named.signal('SIGSTOP');
          try {
            await expect(step.apply(place.named.machine, memento)).rejects.toThrow(
              /^BIND does not answer: “rndc” took too long and was stopped\. Restart .* Nothing was changed\.$/,
            );
            expect(place.state()).toEqual(before);
            // Nothing waits as long again until named answers.
            const askedAt = performance.now();
            await expect(place.change('b.example', zoneOf('b.example', 1))).rejects.toThrow(
              /^BIND does not answer: /,
            );
            expect(performance.now() - askedAt).toBeLessThan(6000);
            // The former files are in place again, and BIND has never read others.
            await step.undo(place.named.machine, memento);
            expect(place.state()).toEqual(before);
          } finally {
            place.named.signal('SIGCONT');
          }
          await step.undo(place.named.machine, memento);
          await until(() => place.serial('a.example') === '1');
          await place.change('a.example', zoneOf('a.example', 4));
          expect(place.serial('a.example')).toBe('4');
        }),
    ],
    [
      'named is stopped: the reason says so, nothing changes, and it works once named runs again',
      () =>
        Place.use(async (place) => {
          const before = place.state();
          await place.named.stop();
          await expect(place.change('a.example', zoneOf('a.example', 2))).rejects.toThrow(
            'BIND is not running (connection refused). Start it with “whmapi1 --sandbox-services” and retry the call. ' +
              'Nothing was changed.',
          );
          await expect(place.change('b.example', zoneOf('b.example', 1))).rejects.toThrow(
            /connection refused/,
          );
          expect(place.state()).toEqual(before);
          await place.named.resume();
          expect([place.serial('a.example'), place.serial('b.example')]).toEqual(['1', 'REFUSED']);
          await place.change('a.example', zoneOf('a.example', 2));
          expect(place.serial('a.example')).toBe('2');
        }),
    ],
    [
      'named is restarted in the middle: changes wait for it, and acknowledged changes are served',
      () =>
        Place.use(async (place) => {
          const names = Array.from({ length: 12 }, (_, at) => `r${at}.example`);
          const changes = names.map(async (name, at) => {
            await pause(at * 40);
            await place.change(name, zoneOf(name, 1));
          });
          const outcomes = Promise.allSettled(changes);
          await Promise.any(changes);
          await place.named.stop();
          await pause(300);
          await place.named.resume();
          const served = (await outcomes).map(({ status }) => (status === 'fulfilled' ? '1' : 'REFUSED'));
          expect(names.map((name) => place.serial(name))).toEqual(served);
          expect(served).toContain('1');
          expect(await place.bind.list(place.named.machine)).toEqual(
            expect.arrayContaining(names.filter((_, at) => served[at] === '1')),
          );
        }),
    ],
    ...killed,
    ...killedAdding,
    [
      'a process is killed at any moment: the next one undoes the change',
      () =>
        Place.use(async (place) => {
          await place.change('s.example', zoneOf('s.example', 1));
          for (let at = 0; at < 8; at++) {
            const memento = join(place.named.folder, 'memento.json');
            rmSync(memento, { force: true });
            const worker = spawn(
              process.execPath,
              [zoneWorker.path, place.named.folder, JSON.stringify(place.named.server), memento],
              { stdio: ['ignore', 'pipe', 'inherit'] },
            );
            const closed = once(worker, 'close');
            await Promise.race([once(worker.stdout, 'data'), closed]);
            await pause(at * 9);
            worker.kill('SIGKILL');
            await closed;
            if (!existsSync(memento)) continue;
            const stored = JSON.parse(readFileSync(memento, 'utf8')) as never;
            const step = place.bind.change('s.example', undefined, zoneOf('s.example', 2));
            await step.undo(place.named.machine, stored);
            await until(() => place.serial('s.example') === '1');
            expect(await place.bind.read(place.named.machine, 's.example')).toMatchObject(
              zoneOf('s.example', 1),
            );
            expect(
              readdirSync(place.named.path('/var/lib/bind/whmapi1')).filter((file) =>
                file.startsWith('.whmapi1'),
              ),
            ).toEqual([]);
          }
        }),
    ],
  ]);

  const isRoot = process.getuid?.() === 0;
  it.each(isRoot ? ['zones', 'backups'] : [])('the disk of the %s is full: nothing changes', (which) => {
    const words = ['--mount', '--propagation', 'private', process.execPath, '--import', 'tsx'];
    const worker = join(top, 'tests/capabilities/dns/driver/zones/full-disk-worker.ts');
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
