// Services of a sandbox. Changes are only recorded in a file. Only `whmapi1 --sandbox-services` runs services.
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { MachineServices, OwnProcess, ServiceState } from '../../core/machine-daemons.ts';
import { MachineError } from '../../core/machine-error.ts';
import { withLock } from '../linux/lock.ts';
import { readOwnProcess } from './own-process.ts';
import { unitName } from './unit-name.ts';

interface Recorded {
  readonly isEnabled: boolean;
  readonly isActive: boolean;
}

export class RecordedServices implements MachineServices {
  readonly isSupported = false;
  readonly #file: string;
  readonly #isServing: () => Promise<boolean>;

  /** @param isServing whether this program's own server is running, which is not recorded in the file. */
  constructor(file: string, isServing: () => Promise<boolean> = async () => false) {
    this.#file = file;
    this.#isServing = isServing;
  }

  ownProcess(unit: string): Promise<OwnProcess | undefined> {
    const { address, port } = readOwnProcess(dirname(this.#file), unitName(unit)) ?? {};
    return Promise.resolve(address === undefined || port === undefined ? undefined : { address, port });
  }

  mainProcess(): Promise<undefined> {
    return Promise.resolve(undefined);
  }

  async state(unit: string): Promise<ServiceState> {
    return { ...stateOf(await this.#known(), unit), log: [] };
  }

  async states(units: readonly string[]): Promise<Map<string, Omit<ServiceState, 'log'>>> {
    const recorded = await this.#known();
    return new Map(units.map((unit) => [unit, stateOf(recorded, unit)]));
  }

  start(unit: string): Promise<void> {
    return this.#change(unit, { isActive: true });
  }

  stop(unit: string): Promise<void> {
    return this.#change(unit, { isActive: false });
  }

  restart(unit: string): Promise<void> {
    return this.#change(unit, { isActive: true });
  }

  restartLater(unit: string): Promise<void> {
    return this.restart(unit);
  }

  async reload(unit: string): Promise<void> {
    const name = unitName(unit);
    if (recordOf(await this.#read(), name).isActive) return;
    throw new MachineError('failed', `“${name}” is not active, so it cannot be reloaded.`);
  }

  enable(unit: string): Promise<void> {
    return this.#change(unit, { isEnabled: true });
  }

  disable(unit: string): Promise<void> {
    return this.#change(unit, { isEnabled: false });
  }

  reboot(): Promise<void> {
    return Promise.reject(new MachineError('failed', 'A sandbox cannot restart a server.'));
  }

  async #known(): Promise<Record<string, Recorded>> {
    const isActive = await this.#isServing();
    return { ...(await this.#read()), [unitName('whmapi1d')]: { isEnabled: isActive, isActive } };
  }

  async #read(): Promise<Record<string, Recorded>> {
    try {
      return JSON.parse(await readFile(this.#file, 'utf8')) as Record<string, Recorded>;
    } catch (error) {
      if ((error as { code?: string }).code === 'ENOENT') return {};
      throw error;
    }
  }

  async #change(unit: string, change: Partial<Recorded>): Promise<void> {
    const name = unitName(unit);
    await mkdir(dirname(this.#file), { recursive: true, mode: 0o700 });
    await withLock(`${this.#file}.lock`, async () => {
      const services = await this.#read();
      const changed = { ...services, [name]: { ...recordOf(services, name), ...change } };
      const draft = `${this.#file}.new`;
      const file = await open(draft, 'w', 0o600);
      try {
        await file.writeFile(`${JSON.stringify(changed, undefined, 2)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(draft, this.#file);
    });
  }
}

/** A sandbox has no packages: every unit counts as installed. */
function stateOf(services: Readonly<Record<string, Recorded>>, unit: string): Omit<ServiceState, 'log'> {
  const { isEnabled, isActive } = recordOf(services, unitName(unit));
  return { isInstalled: true, isEnabled, state: isActive ? 'active' : 'inactive' };
}

function recordOf(services: Readonly<Record<string, Recorded>>, name: string): Recorded {
  return (
    (Object.hasOwn(services, name) ? services[name] : undefined) ?? { isEnabled: false, isActive: false }
  );
}
