// Zones on BIND 9, in files that people can read and edit: a master file and a statement for each zone.
import { MachineError } from '../../../../../core/machine-error.ts';
import type { MachineFiles } from '../../../../../core/machine-daemons.ts';
import { digestOf, FileSteps, type FileMemento } from '../../../../../ground/driver/file-driver.ts';
import type { DriverMachine, DriverStep, ReloadableStep } from '../../../../../ground/driver/step.ts';
import type { Locking } from '../../../../../ground/driver/each-account.ts';
import type { Confirmation, FoundZone, ServerOptions, SigningKey, Zone, ZonesDriver } from '../contract.ts';
import { confirm } from './additions.ts';
import { nextCatalog, zoneNames } from './catalog.ts';
import { controlOf, type Context } from './common.ts';
import { nameOfPolicy, signingPolicies } from '../signing-policy.ts';
import type { BindServer, Control } from './control.ts';
import { assertZoneName, LOCAL, OPTIONS, OURS, POLICIES, shared, statementFile, zoneFile } from './places.ts';
import { readStatement, TRANSFER } from './render.ts';
import { setFilesAside } from './set-aside.ts';
import { backUpKeys, readKeys, removeKeys, restoreKeys, type KeysMemento } from './signing-keys.ts';
import { serverDriver, type DesiredServer, type FoundFile } from './server-driver.ts';
import { zoneDriver, type DesiredZone } from './zone-driver.ts';

export class Bind implements ZonesDriver<FileMemento> {
  readonly #zones: FileSteps<DesiredZone>;
  readonly #server: FileSteps<DesiredServer>;
  readonly #context: Context;

  /** The default is the server that the machine runs: that of Debian's package, or the private one of a sandbox. */
  constructor(server?: BindServer) {
    const context: Context = server === undefined ? {} : { server };
    this.#context = context;
    this.#zones = new FileSteps(zoneDriver(context));
    this.#server = new FileSteps(serverDriver(context));
  }

  async list(machine: DriverMachine): Promise<string[]> {
    return zoneNames((await this.#zones.port(machine)).files);
  }

  async changeTimes(machine: DriverMachine): Promise<ReadonlyMap<string, number>> {
    const { files } = await this.#zones.port(machine);
    const times = new Map<string, number>();
    for (const name of await zoneNames(files)) {
      const facts = await files.facts(zoneFile(name));
      if (facts !== undefined) times.set(name, facts.modifiedAt);
    }
    return times;
  }

  async read(machine: DriverMachine, name: string): Promise<FoundZone | undefined> {
    const { files } = await this.#zones.port(machine);
    const text = await files.readText(zoneFile(name));
    const statement = await files.readText(statementFile(name));
    if (text === undefined || statement === undefined) return undefined;
    return { name, text, digest: digestOf(text), dnssecPolicy: readStatement(statement).dnssecPolicy };
  }

  change(
    name: string,
    before: Pick<FoundZone, 'digest'> | undefined,
    after: Zone | null,
  ): DriverStep<FileMemento> {
    assertZoneName(name);
    if (after !== null && after.name !== name) throw new TypeError('A zone keeps its name.');
    const verb = after === null ? 'Remove' : before === undefined ? 'Create' : 'Change';
    const desired = { name, replaces: before?.digest ?? null, zone: after };
    return this.#zones.step(`zone ${name}`, `${verb} the DNS zone “${name}”.`, desired);
  }

  add(zone: Zone): DriverStep<FileMemento> {
    const { name } = zone;
    assertZoneName(name);
    const desired = { name, replaces: null, zone, isNew: true as const };
    return this.#zones.step(`zone ${name}`, `Create the DNS zone “${name}”.`, desired);
  }

  async confirm(machine: DriverMachine, names: readonly string[], locking: Locking): Promise<Confirmation> {
    const port = await this.#zones.port(machine);
    return confirm(names, { ...locking, port, control: await this.#control(machine), machine });
  }

  async isServed(machine: DriverMachine): Promise<boolean> {
    return (await this.#control(machine)).isServed();
  }

  async servedSerial(machine: DriverMachine, name: string): Promise<number | undefined> {
    const control = await this.#control(machine);
    return (await control.isServed()) ? control.servedSerial(name) : undefined;
  }

  async keys(machine: DriverMachine, name: string): Promise<SigningKey[]> {
    return readKeys(await this.#zones.port(machine), name, Date.now());
  }

  removeKeys(name: string): DriverStep<KeysMemento> {
    assertZoneName(name);
    const filesOf = async (machine: DriverMachine) => (await this.#zones.port(machine)).files;
    return {
      id: `keys of ${name}`,
      description: `Remove the DNSSEC keys of “${name}”.`,
      prepare: async (machine) => backUpKeys(await filesOf(machine), name),
      apply: async (machine) => removeKeys(await filesOf(machine), name),
      undo: async (machine, memento) => restoreKeys(await filesOf(machine), memento),
      preview: () => Promise.resolve(''),
    };
  }

  async #control(machine: DriverMachine): Promise<Control> {
    return controlOf(await this.#zones.port(machine), this.#context);
  }

  async setUp(
    machine: DriverMachine,
    options: ServerOptions,
    now: number,
  ): Promise<ReloadableStep<FileMemento>> {
    const { files } = await this.#server.port(machine);
    const desired = {
      options,
      local: await findFile(files, LOCAL),
      block: await findFile(files, OPTIONS),
      // Based on the clock, so that secondaries see a higher serial even if this server's files were lost.
      catalog: await nextCatalog(files, Math.floor(now / 1000)),
    };
    const description = `Include the zones of whmapi1 in BIND’s configuration, by a line in “${LOCAL}”.`;
    return this.#server.step('bind configuration', description, desired);
  }

  async assertReady(machine: DriverMachine): Promise<void> {
    const control = await this.#control(machine);
    if (await control.isServed()) await control.assertReady();
  }

  async setAside(machine: DriverMachine, options: () => Promise<ServerOptions>): Promise<readonly string[]> {
    const control = await this.#control(machine);
    if (!(await control.isServed())) return [];
    return setFilesAside(await this.#zones.port(machine), control, options);
  }

  async examine(machine: DriverMachine): Promise<readonly string[]> {
    const control = await this.#control(machine);
    if (!(await control.isServed())) return [];
    let configuration: string;
    try {
      configuration = await control.effectiveConfiguration();
    } catch (error) {
      if (!(error instanceof MachineError)) throw error;
      return [`BIND would not start with its configuration: ${error.message}`];
    }
    if (!configuration.includes(`"${TRANSFER}"`)) {
      return [
        `BIND’s configuration does not include the zones of whmapi1: “${LOCAL}” lacks a line for “${OURS}”.`,
      ];
    }
    // The server might have been set up by an earlier version.
    const hasPolicies = signingPolicies.every((one) => configuration.includes(`"${nameOfPolicy(one)}"`));
    return hasPolicies ? [] : [`BIND’s configuration does not have the DNSSEC policies of “${POLICIES}”.`];
  }
}

async function findFile(files: MachineFiles, path: string): Promise<FoundFile> {
  const facts = await files.facts(path);
  const attributes = facts ? { owner: facts.uid, group: facts.gid, mode: facts.mode } : shared;
  return { text: await files.readText(path), attributes };
}
