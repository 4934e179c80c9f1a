// Virtual hosts on Apache, in a file for each account that people can read.
import { MachineError } from '../../../../../core/machine-error.ts';
import { withAccount, type Locking } from '../../../../../ground/driver/each-account.ts';
import { FileSteps, type DriverPort, type FileMemento } from '../../../../../ground/driver/file-driver.ts';
import { SUSPENSIONS, suspensionOf } from '../../../../../ground/driver/virtual-hosts/places.ts';
import type { DriverMachine, DriverStep } from '../../../../../ground/driver/step.ts';
import { confirm } from './additions.ts';
import type {
  AccountChange,
  AccountWeb,
  Confirmation,
  ConfirmOptions,
  ServedBefore,
  VirtualHostsDriver,
  WebServerOptions,
} from '../contract.ts';
import { accountDriver, type DesiredAccount } from './account-driver.ts';
import { path, userName } from './apache-conf.ts';
import {
  assertRuns,
  exclusively,
  reload,
  restart,
  servedGeneration,
  systemServer,
  type ApacheServer,
} from './control.ts';
import { changeModules, dangerOf, moduleChanges, type ModuleChanges, restartReason } from './modules.ts';
import { accountFile, ACCOUNTS, wildcardFile, OURS, SUEXEC } from './places.ts';
import { refusalOf, setAside } from './refusal.ts';
import { serverDriver, type DesiredServer, needOf } from './server-driver.ts';

export class Apache implements VirtualHostsDriver<FileMemento> {
  readonly #accounts: FileSteps<readonly DesiredAccount[]>;
  readonly #server: FileSteps<DesiredServer>;
  readonly #apache: ApacheServer;

  /** The default is the server of Debian's package. */
  constructor(apache: ApacheServer = systemServer) {
    this.#apache = apache;
    this.#accounts = new FileSteps(accountDriver(apache));
    this.#server = new FileSteps(serverDriver(apache));
  }

  change(username: string, web: AccountWeb | null, before: ServedBefore = {}): DriverStep<FileMemento> {
    return this.#change({ username, web, before });
  }

  add(username: string, web: AccountWeb): DriverStep<FileMemento> {
    return this.#change({ username, web, before: {}, isAddition: true });
  }

  /** @param waitMs how long Apache may take before it is reloaded once more. */
  async confirm(machine: DriverMachine, locking: Locking, options?: ConfirmOptions): Promise<Confirmation> {
    const port = await this.#accounts.port(machine);
    const left = await suspensionsLeft(port);
    const confirmation = await confirm(this.#apache, port, locking, options);
    for (const username of left) await withAccount(locking, username, () => endSuspension(port, username));
    return confirmation;
  }

  async reload(machine: DriverMachine): Promise<void> {
    const port = await this.#accounts.port(machine);
    if (!(await this.#apache.isServed(port))) return;
    await exclusively(port)(() => reload(this.#apache, port));
  }

  async restart(machine: DriverMachine): Promise<void> {
    const port = await this.#accounts.port(machine);
    if (!(await this.#apache.isServed(port))) return;
    await exclusively(port)(() => restart(this.#apache, port));
  }

  #change(desired: DesiredAccount): DriverStep<FileMemento> {
    const { username, web } = desired;
    userName(username);
    const verb = web === null ? 'Remove' : 'Write';
    const description = `${verb} the virtual hosts of “${username}” in the configuration of Apache.`;
    return this.#accounts.step(`virtual hosts of ${username}`, description, [desired]);
  }

  changeSeveral(changes: readonly AccountChange[]): DriverStep<FileMemento> {
    const desired = changes.map(({ username, after, before = {} }) => ({
      username: userName(username),
      web: after,
      before,
    }));
    const description = `Write the virtual hosts of ${changes.length} accounts in the configuration of Apache.`;
    return this.#accounts.step('virtual hosts of accounts', description, desired);
  }

  async looksForSuspension(machine: DriverMachine, username: string): Promise<boolean> {
    const { files } = await this.#accounts.port(machine);
    const text = (await files.readText(accountFile(userName(username)))) ?? '';
    return text.includes(path(files.locate(suspensionOf(username))));
  }

  async usernames(machine: DriverMachine): Promise<ReadonlySet<string>> {
    const { files } = await this.#accounts.port(machine);
    const names = (await files.list(ACCOUNTS)).map((name) => /^([a-z][a-z0-9]*)\.conf$/.exec(name)?.[1]);
    return new Set(names.filter((name) => name !== undefined));
  }

  async adopt(machine: DriverMachine, username: string, wildcards: readonly string[] = []): Promise<void> {
    const { files } = await this.#accounts.port(machine);
    for (const path of [accountFile(userName(username)), ...wildcards.map(wildcardFile)]) {
      if ((await files.origin(path)) !== 'absent') await files.adopt(path);
    }
  }

  needOf = ({ files }: FileMemento) => needOf(files);

  restartReason = restartReason;

  async setUp(
    machine: DriverMachine,
    options: WebServerOptions,
    restarts: boolean,
  ): Promise<DriverStep<FileMemento>> {
    const { files } = await this.#server.port(machine);
    const suexec = await files.readText(SUEXEC);
    const description = `Include the virtual hosts of whmapi1 in Apache’s configuration, by “${OURS}”.`;
    return this.#server.step('apache configuration', description, { options, suexec, restarts });
  }

  async changeModules(machine: DriverMachine): Promise<ModuleChanges> {
    const port = await this.#server.port(machine);
    const changes = await moduleChanges(port);
    const isChanged = changes.enable.length + changes.disable.length > 0;
    if (isChanged) await exclusively(port)(() => changeModules(this.#apache, port, changes));
    return changes;
  }

  async assertReady(machine: DriverMachine): Promise<void> {
    const port = await this.#accounts.port(machine);
    if (!(await this.#apache.isServed(port))) return;
    await assertRuns(this.#apache, port);
    const refusal = await refusalOf(this.#apache, port);
    if (refusal !== undefined) throw new MachineError('failed', refusal);
  }

  async refusal(machine: DriverMachine): Promise<string | undefined> {
    return refusalOf(this.#apache, await this.#accounts.port(machine));
  }

  async setAside(machine: DriverMachine): Promise<readonly string[]> {
    const port = await this.#accounts.port(machine);
    if (!(await this.#apache.isServed(port))) return [];
    return exclusively(port)(() => setAside(this.#apache, port));
  }

  async examine(machine: DriverMachine): Promise<readonly string[]> {
    const port = await this.#server.port(machine);
    if (!(await this.#apache.isServed(port))) return [];
    const message = await this.#apache.test(port);
    if (message !== undefined)
      return [`Apache would not start with its configuration: ${message.split('\n')[0]}`];
    const { enable: missing, disable } = await moduleChanges(port);
    const isActive = (await this.#apache.state(port)) === 'active';
    const isServed = !isActive || (await servedGeneration(this.#apache.ports.http)) !== undefined;
    return [
      ...(missing.length === 0 ? [] : [`Apache lacks the modules ${missing.join(', ')}.`]),
      ...disable.map((name) => `Apache has the module ${name}, which ${dangerOf(name)}.`),
      ...(isServed ? [] : [`Apache does not use “${OURS}”.`]),
    ];
  }
}

/** The accounts that were removed while Apache had their virtual hosts. */
async function suspensionsLeft({ files }: DriverPort): Promise<string[]> {
  const left: string[] = [];
  for (const username of await files.list(SUSPENSIONS))
    if ((await files.facts(accountFile(userName(username)))) === undefined) left.push(username);
  return left;
}

/** Unless there is a new account of that name. */
async function endSuspension({ files }: DriverPort, username: string): Promise<void> {
  if ((await files.facts(accountFile(username))) === undefined) await files.remove(suspensionOf(username));
}
