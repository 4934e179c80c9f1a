// The packages of a sandbox: a small database in dpkg's own format, below the sandbox's root. Nothing is downloaded, and no
// program is installed; the database says what would be. Versions in dependencies are not compared.
import type { MachineFiles } from '../../../../core/machine-daemons.ts';
import type { DriverMachine } from '../../../../ground/driver/step.ts';
import type {
  ByName,
  InstalledPackage,
  PackageChange,
  PackageRequest,
  Pin,
} from '../../rules/debian-packages/packages.ts';
import type { ChangeWork, PackageSource, PackageVersions } from './packages.ts';
import { isPinned, readPins } from './pins.ts';
import { firstAvailable, firstInstalled } from './sandbox-packages.ts';
import { changesFor } from './sandbox-resolver.ts';
import { parseStanzas, renderStanzas, type Stanza } from './stanzas.ts';

const STATUS = '/var/lib/dpkg/status';
/** A developer can write another one. */
const AVAILABLE = '/var/lib/apt/lists/sandbox_Packages';
const DIRECTORIES = ['/var/lib/dpkg', '/var/lib/apt/lists'];
const READABLE = { mode: 0o644 };

export class SandboxPackages implements PackageSource {
  readonly #files: MachineFiles;

  readonly #pins: ByName<Pin>;

  private constructor(files: MachineFiles, pins: ByName<Pin>) {
    this.#files = files;
    this.#pins = pins;
  }

  static async on(machine: DriverMachine): Promise<SandboxPackages> {
    return new SandboxPackages(await machine.files(DIRECTORIES), await readPins(machine));
  }

  async installed(): Promise<ByName<InstalledPackage>> {
    return new Map(
      (await this.#status()).map((stanza) => [
        stanza.get('Package') ?? '',
        {
          version: stanza.get('Version') ?? '',
          isEssential: stanza.get('Essential') === 'yes' || stanza.get('Protected') === 'yes',
          isHeld: stanza.get('Status')?.startsWith('hold') === true,
        },
      ]),
    );
  }

  broken = async () => new Map<string, string>();
  lockHolders = async () => [];
  license = async () => undefined;

  async known(): Promise<ReadonlySet<string>> {
    const all = [...(await this.#status()), ...(await this.#listed())];
    return new Set(all.map((stanza) => stanza.get('Package') ?? ''));
  }

  async versions(names: readonly string[], ignoresExcludes = false): Promise<ByName<PackageVersions>> {
    const installed = await this.installed();
    const available = byName(await (ignoresExcludes ? this.#listed() : this.#available()));
    return new Map(
      names.flatMap((name): [string, PackageVersions][] => {
        const own = installed.get(name)?.version;
        const offered = available.get(name)?.get('Version');
        if (own === undefined && offered === undefined) return [];
        const repository = offered === undefined ? '' : 'sandbox';
        return [[name, { installed: own, latest: offered ?? own, repository }]];
      }),
    );
  }

  async stanzas(names: readonly string[]): Promise<readonly Stanza[]> {
    const all = [...(await this.#listed()), ...(await this.#status())];
    return all.filter((stanza) => names.includes(stanza.get('Package') ?? ''));
  }

  async simulate(request: PackageRequest | undefined): Promise<readonly PackageChange[]> {
    return changesFor(request, await this.#status(), byName(await this.#available()));
  }

  async change(request: PackageRequest | undefined, { log }: ChangeWork): Promise<void> {
    const status = byName(await this.#status());
    const available = byName(await this.#available());
    for (const { name, before, after } of await this.simulate(request)) {
      const stanza = available.get(name);
      if (after === undefined || stanza === undefined) {
        log(`Removing ${name} (${before}).`);
        status.delete(name);
      } else {
        log(`Setting up ${name} (${after}).`);
        status.set(name, withStatus(stanza, 'install'));
      }
    }
    await this.#store(status);
  }

  async update({ log }: ChangeWork): Promise<void> {
    log('A sandbox has a list of packages of its own, and downloads nothing.');
  }

  repair = async () => undefined;

  async hold(name: string, isHeld: boolean): Promise<void> {
    const status = byName(await this.#status());
    const stanza = status.get(name);
    if (stanza !== undefined) status.set(name, withStatus(stanza, isHeld ? 'hold' : 'install'));
    await this.#store(status);
  }

  async #status(): Promise<Stanza[]> {
    return parseStanzas((await this.#files.readText(STATUS)) ?? firstInstalled);
  }

  /** What the lists have, without what the pins rule out. */
  async #available(): Promise<Stanza[]> {
    return (await this.#listed()).filter((stanza) => {
      const pin = this.#pins.get(stanza.get('Package') ?? '');
      if (pin === undefined) return true;
      return pin !== 'blocked' && isPinned(stanza.get('Version') ?? '', pin.version);
    });
  }

  async #listed(): Promise<Stanza[]> {
    return parseStanzas((await this.#files.readText(AVAILABLE)) ?? firstAvailable);
  }

  async #store(status: ReadonlyMap<string, Stanza>): Promise<void> {
    await this.#files.makeDirectory('/var/lib/dpkg', { mode: 0o755 });
    await this.#files.write(STATUS, renderStanzas([...status.values()]), READABLE);
  }
}

function byName(stanzas: readonly Stanza[]): Map<string, Stanza> {
  return new Map(stanzas.map((stanza) => [stanza.get('Package') ?? '', stanza]));
}

function withStatus(stanza: Stanza, wanted: 'install' | 'hold'): Stanza {
  return new Map([...stanza, ['Status', `${wanted} ok installed`]]);
}
