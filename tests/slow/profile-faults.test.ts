// The process that activates a profile is killed at any operation. The task starts again, and afterwards the daemons run
// with the files, even if the first attempt had written all of them.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SETTINGS_FILE } from '../../src/capabilities/databases/driver/mysql/configuration.ts';
import { configureNameServer } from '../../src/capabilities/dns/driver/role.ts';
import { role as mysql } from '../../src/capabilities/databases/driver/mysql/role.ts';
import type { RoleWork } from '../../src/ground/driver/role.ts';
import type { DriverMachine } from '../../src/ground/driver/step.ts';
import { sandboxMachine } from '../../src/machine/choose.ts';
import { PrivateNamed } from '../capabilities/dns/driver/zones/private-named.ts';
import { dyingMachine } from '../support/dying-machine.ts';
import { describeWith } from '../support/require-tool.ts';
import { together } from '../support/together.ts';
import { until } from '../support/until.ts';

const CATALOG = 'catalog.invalid';
const quiet = () => undefined;
const now = () => Date.now();

type NameServerWork = Parameters<typeof configureNameServer>[0];

interface Work extends Pick<RoleWork, 'isRetry'> {
  readonly machine: DriverMachine;
}

/** Runs `configure` in a process that dies at an operation. @returns whether it ended before that. */
async function diesIn(
  configure: (work: Work) => Promise<void>,
  real: DriverMachine,
  death: { readonly dies: number; readonly isDone: boolean },
): Promise<boolean> {
  const { machine, died } = dyingMachine(real, death);
  return Promise.race([configure({ machine, isRetry: false }).then(() => true), died.then(() => false)]);
}

const deaths: readonly (readonly [string, boolean])[] = [
  ['before', false],
  ['after', true],
];

describeWith(['named', 'named-checkzone', 'dig'], 'the role DNS, if its process is killed', () => {
  const configure = (work: Work) => {
    const options = { keys: [], secondaries: [], catalog: CATALOG };
    const nameServer = { register: () => Promise.resolve(), options: () => Promise.resolve(options) };
    return configureNameServer({
      ...work,
      now,
      log: quiet,
      changed: quiet,
      nameServer,
    } as unknown as NameServerWork);
  };

  async function afterEachDeath(named: PrivateNamed, isDone: boolean): Promise<void> {
    const machine = () => sandboxMachine(named.folder, now);
    const isServed = () => named.rndc('zonestatus', CATALOG) === 0;
    /** As before the role. */
    const forget = async () => {
      for (const path of ['/etc/bind/whmapi1', '/etc/bind/whmapi1.conf', '/var/lib/bind/whmapi1'])
        rmSync(named.path(path), { recursive: true, force: true });
      writeFileSync(named.path('/etc/bind/named.conf.local'), '// Made by hand.\n');
      expect(named.rndc('reconfig')).toBe(0);
      await until(() => !isServed(), 'the catalog is no longer served');
    };
    let count = 0;
    for (let dies = 1; ; dies++) {
      await forget();
      if (await diesIn(configure, machine(), { dies, isDone })) break;
      count += 1;
      await configure({ machine: machine(), isRetry: true });
      await until(isServed, `the catalog is served after a death at operation ${dies}`);
    }
    expect(count).toBeGreaterThan(8);
  }

  // The retry waits for named most of the time.
  together(
    2,
    deaths.map(([when, isDone]) => [
      `${when} any operation: BIND has the configuration after the retry`,
      async () => {
        const named = await PrivateNamed.start();
        try {
          named.announce();
          await afterEachDeath(named, isDone);
        } finally {
          await named.close();
        }
      },
    ]),
  );
});

describe('the role MySQL, if its process is killed', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'whmapi1-role-'));
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** A MariaDB that reads its settings when it starts. */
  class Daemon {
    settings: string | undefined;
    restarts = 0;

    machine(): DriverMachine {
      const sandbox = sandboxMachine(folder, now);
      const restart = async () => {
        this.restarts += 1;
        this.settings = await present(sandbox);
      };
      const active = { isInstalled: true, isEnabled: true, state: 'active', log: [] };
      return {
        ...sandbox,
        services: async () => ({
          ...(await sandbox.services()),
          isSupported: true,
          state: () => Promise.resolve(active),
          restart,
        }),
        tools: () =>
          Promise.resolve({
            has: () => Promise.resolve(true),
            find: () => Promise.resolve([]),
            run: () => Promise.resolve({ status: 0, stdout: '', stderr: '' }),
          }),
      };
    }
  }

  const present = async (machine: DriverMachine) =>
    (await machine.files(['/etc/mysql'])).readText(SETTINGS_FILE);
  /** The setting of remote clients is off. */
  const transaction = () => Promise.resolve(false);
  const configure = (work: Work) =>
    mysql.configure({ ...work, transaction, log: quiet, changed: quiet } as unknown as RoleWork);

  it.each(deaths)(
    '%s any operation: MariaDB runs with the settings after the retry',
    async (_when, isDone) => {
      let count = 0;
      for (let dies = 1; ; dies++) {
        const daemon = new Daemon();
        rmSync(join(folder, 'root'), { recursive: true, force: true });
        if (await diesIn(configure, daemon.machine(), { dies, isDone })) break;
        count += 1;
        await configure({ machine: daemon.machine(), isRetry: true });
        expect([dies, daemon.settings]).toEqual([dies, await present(daemon.machine())]);
        expect(daemon.settings).toContain('local-infile = OFF');
      }
      expect(count).toBeGreaterThan(5);
    },
  );

  it('does not restart MariaDB again if nothing was interrupted', async () => {
    const daemon = new Daemon();
    await configure({ machine: daemon.machine(), isRetry: false });
    await configure({ machine: daemon.machine(), isRetry: false });
    expect(daemon.restarts).toBe(1);
  });
});
