// Changes configuration files of daemons, in the same way for all of them: compare, stage, check, back up, swap, reload
// and probe. If one of these fails, everything is undone. It uses only the machine's port, so it works on both
// machines.
import { createHash } from 'node:crypto';
import type {
  DeclaredTool,
  FileAttributes,
  FileBackup,
  MachineFiles,
  MachineServices,
  MachineTools,
} from '../../core/machine-daemons.ts';
import { LookAgain, MachineError } from '../../core/machine-error.ts';
import { batchesOf, type Batches } from '../../core/batches.ts';
import { reloadsOf, type ReloadRequest } from './reloads.ts';
import type { DriverMachine, ReloadableStep } from './step.ts';

export interface DriverPort {
  readonly files: MachineFiles;
  readonly tools: MachineTools;
  readonly services: MachineServices;
}

/** What the check of a driver may use. */
export interface CheckPort extends DriverPort {
  /** The checks of several changes at the same time can share a run of the checker. */
  readonly batches: Batches;
}

export interface DesiredFile {
  readonly path: string;
  /** The whole file. Null removes it. */
  readonly content: string | null;
  readonly attributes: FileAttributes;
  /**
   * SHA-256, in hexadecimal, of the version that the new one is based on. Null if there was none. If the file has
   * changed since, the change fails. Without this field, it fails if the file was written or edited by hand.
   */
  readonly replaces?: string | null;
  /** Dry runs do not show the content. */
  readonly isSecret?: boolean;
}

/** Digests, always different. Null means no file. */
export interface FileChange {
  readonly path: string;
  readonly before: string | null;
  readonly after: string | null;
}

export interface Reload extends Pick<
  ReloadRequest,
  'isPatient' | 'order' | 'later' | 'exclusively' | 'isBegunEnough'
> {
  /** Changes with the same key share a reload. */
  readonly key: string;
  /** What this change alone needs, once its files are in place and right before the reload. */
  readonly before?: () => Promise<void>;
  /** The same for all changes of this key: it is run once for those that share the reload. */
  readonly run: ReloadRequest['run'];
}

export interface Folder {
  readonly path: string;
  readonly attributes: FileAttributes;
}

export interface FileDriver<Desired> {
  /** The name for people: `BIND`. */
  readonly name: string;
  /** All its files are below these. */
  readonly directories: readonly string[];
  readonly tools: readonly DeclaredTool[];
  /**
   * True if the daemon is installed. In a sandbox it is not: files are still written, and checked if the tools are
   * installed.
   */
  suits(port: DriverPort): Promise<boolean>;
  /** Directories to create before the first file, outermost first. */
  readonly folders: readonly Folder[];
  /** Further directories, which depend on the change. */
  furtherFolders?(desired: Desired): readonly Folder[];
  /** The files in the order in which they are swapped. `locate` is for paths in their content. */
  files(
    desired: Desired,
    locate: (path: string) => string,
    port: DriverPort,
  ): readonly DesiredFile[] | Promise<readonly DesiredFile[]>;
  /** Checks staged versions with the daemon's own tool. @throws MachineError with its message. */
  check(desired: Desired, staged: ReadonlyMap<string, string>, port: CheckPort): Promise<void>;
  /** The reloads that the changes need, in order. `undo` passes the changes with old and new exchanged. */
  reloads(desired: Desired, changes: readonly FileChange[], port: DriverPort): Promise<readonly Reload[]>;
  /**
   * Returns once the daemon works with the change. Not asked if it was enough that the reload has begun.
   * @throws MachineError if it does not.
   */
  healthy(desired: Desired, changes: readonly FileChange[], port: DriverPort): Promise<void>;
  /**
   * True if a reload failed without effect, because the daemon is not running or keeps its former configuration. It
   * will start with the restored files.
   */
  isDown(error: unknown): boolean;
  /** Files of the daemon itself, to remove after the change has succeeded. */
  leftovers?(desired: Desired, changes: readonly FileChange[], port: DriverPort): Promise<readonly string[]>;
}

export interface FileMemento {
  readonly files: readonly (FileChange & { readonly backup: FileBackup })[];
}

interface Load<Desired> {
  readonly desired: Desired;
  readonly memento: FileMemento;
  readonly swap: () => Promise<void>;
}

/** Turns a driver's changes into steps of the journal. */
export class FileSteps<Desired> {
  readonly #driver: FileDriver<Desired>;

  constructor(driver: FileDriver<Desired>) {
    this.#driver = driver;
  }

  async port(machine: DriverMachine): Promise<DriverPort> {
    const [files, tools, services] = await Promise.all([
      machine.files(this.#driver.directories),
      machine.tools(this.#driver.tools),
      machine.services(),
    ]);
    return { files, tools, services };
  }

  step(id: string, description: string, desired: Desired): ReloadableStep<FileMemento> {
    return {
      id,
      description,
      prepare: async (machine) => this.#prepare(await this.port(machine), desired),
      apply: async (machine, memento) => this.#apply(machine, await this.port(machine), desired, memento),
      undo: async (machine, memento) => this.#undo(machine, await this.port(machine), desired, memento),
      preview: async (machine) => this.#preview(await this.port(machine), desired),
      reload: async (machine) => this.#reload(machine, await this.port(machine), desired),
    };
  }

  async #files(port: DriverPort, desired: Desired): Promise<readonly DesiredFile[]> {
    return this.#driver.files(desired, (path) => port.files.locate(path), port);
  }

  async #prepare(port: DriverPort, desired: Desired): Promise<FileMemento> {
    const { name } = this.#driver;
    if (!(await this.#driver.suits(port))) {
      throw new MachineError('failed', `${name} is not installed on this server.`);
    }
    const files = await this.#files(port, desired);
    const found = await Promise.all(files.map((file) => assertReplaceable(port.files, file)));
    const changes = files.map(({ path, content }, at) => ({
      path,
      before: found[at] ?? null,
      after: content === null ? null : digestOf(content),
    }));
    const changed = changes.filter(({ before, after }) => before !== after);
    const backUp = async (change: FileChange) => ({
      ...change,
      backup: await port.files.backUp(change.path),
    });
    return { files: await Promise.all(changed.map(backUp)) };
  }

  async #apply(
    machine: DriverMachine,
    port: DriverPort,
    desired: Desired,
    memento: FileMemento,
  ): Promise<void> {
    const changed = new Set(memento.files.map(({ path }) => path));
    const files = (await this.#files(port, desired)).filter(({ path }) => changed.has(path));
    const staged = new Map<string, string>();
    try {
      const further = this.#driver.furtherFolders?.(desired) ?? [];
      for (const { path, attributes } of [...this.#driver.folders, ...further])
        await port.files.makeDirectory(path, attributes);
      const stage = async ({ path, content, attributes }: DesiredFile) => {
        if (content !== null) staged.set(path, await port.files.stage(path, content, attributes));
      };
      // Together, because each waits for the disk.
      const staging = await Promise.allSettled(files.map(stage));
      for (const one of staging) if (one.status === 'rejected') throw one.reason;
      await this.#driver.check(desired, staged, { ...port, batches: batchesOf(machine) });
    } catch (error) {
      for (const path of staged.keys()) await port.files.discard(path);
      throw error;
    }
    const swap = async () => {
      for (const { path, content } of files) {
        if (content === null) await port.files.remove(path);
        else await port.files.commit(path);
      }
    };
    await this.#load(machine, port, { desired, memento, swap });
    const leftovers = await this.#driver.leftovers?.(desired, memento.files, port);
    for (const path of leftovers ?? []) await removeIfThere(port.files, path);
  }

  /** Swaps the files and reloads the daemon. If that fails, everything is restored. */
  async #load(
    machine: DriverMachine,
    port: DriverPort,
    { desired, memento, swap }: Load<Desired>,
  ): Promise<void> {
    const change = {
      isBlamed: (error: unknown) =>
        error instanceof Error && memento.files.some(({ path }) => error.message.includes(path)),
      isDown: (error: unknown) => this.#driver.isDown(error),
      rollBack: () => rollBack(port.files, memento),
    };
    const [first, ...others] = await this.#driver.reloads(desired, memento.files, port);
    // Without a daemon there is nothing to reload.
    const id = memento.files[0]?.path ?? '';
    const reload: Reload = first ?? { key: `no daemon ${id}`, run: nothing };
    const swapAll = async () => {
      await swap();
      await reload.before?.();
    };
    const reloaded = await reloadsOf(machine).request({ ...reload, ...change, swap: swapAll });
    if (reloaded === 'begun') return;
    try {
      for (const other of others) {
        await reloadsOf(machine).request({ ...other, ...change, swap: other.before ?? nothing });
      }
      await this.#driver.healthy(desired, memento.files, port);
    } catch (error) {
      // The first error is the reason of the failure. A failed reload after undoing it is not.
      await this.#undo(machine, port, desired, memento).catch(() => undefined);
      throw error;
    }
  }

  async #undo(
    machine: DriverMachine,
    port: DriverPort,
    desired: Desired,
    memento: FileMemento,
  ): Promise<void> {
    for (const { path } of memento.files) await port.files.discard(path);
    const turned = memento.files.map(({ path, before, after }) => ({ path, before: after, after: before }));
    // Can be repeated.
    const restore = () => rollBack(port.files, memento);
    const reloads = await this.#driver.reloads(desired, turned, port).catch(async (error: unknown) => {
      await restore();
      throw error;
    });
    if (reloads.length === 0) await restore();
    const isDown = (error: unknown) => this.#driver.isDown(error);
    for (const [at, { before = nothing, ...reload }] of reloads.entries()) {
      const swap = async () => {
        if (at === 0) await restore();
        await before();
      };
      await reloadsOf(machine)
        .request({ ...alone(reload), swap, isDown, rollBack: restore })
        .catch((error: unknown) => {
          if (!isDown(error)) throw error;
        });
    }
  }

  /** As if every file had just been written. */
  async #reload(machine: DriverMachine, port: DriverPort, desired: Desired): Promise<void> {
    const written = (await this.#files(port, desired)).map(({ path, content }) => ({
      path,
      before: null,
      after: content === null ? null : digestOf(content),
    }));
    const isDown = (error: unknown) => this.#driver.isDown(error);
    for (const { before = nothing, ...reload } of await this.#driver.reloads(desired, written, port)) {
      await reloadsOf(machine).request({ ...alone(reload), swap: before, isDown });
    }
    await this.#driver.healthy(desired, written, port);
  }

  async #preview(port: DriverPort, desired: Desired): Promise<string> {
    const { unifiedDiff } = await import('./diffs.ts');
    const diffs: string[] = [];
    for (const file of await this.#files(port, desired)) {
      await assertReplaceable(port.files, file);
      const before = (await port.files.readText(file.path)) ?? null;
      diffs.push(unifiedDiff({ isSecret: false, ...file, before, after: file.content }));
    }
    return diffs.join('');
  }
}

const nothing = () => Promise.resolve();

/** For a request that is waited for and has nothing to undo. */
const alone = ({ key, run, exclusively }: Reload) => ({
  ...{ key, run, isBlamed: () => false, rollBack: nothing },
  ...(exclusively !== undefined && { exclusively }),
});

/** A removal would be flushed to the disk, which is slow and not needed. */
export async function removeIfThere(files: MachineFiles, path: string): Promise<void> {
  if ((await files.facts(path)) !== undefined) await files.remove(path);
}

/** SHA-256, in hexadecimal. */
export function digestOf(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/**
 * @returns the digest of the existing file. @throws MachineError `changed` if it is not the version that the change is
 * based on, `failed` if it was written or edited by hand.
 */
async function assertReplaceable(files: MachineFiles, file: DesiredFile): Promise<string | null> {
  const { path, content, replaces } = file;
  const facts = await files.facts(path);
  if (facts !== undefined && facts.kind !== 'file') {
    throw new MachineError('failed', `“${path}” is not a regular file. Move it away and retry the call.`);
  }
  const bytes = facts === undefined ? undefined : await files.read(path);
  const present = bytes === undefined ? null : digestOf(bytes);
  const after = content === null ? null : digestOf(content);
  if (present === after) return present;
  if (replaces !== undefined) {
    if (present === replaces) return present;
    throw new LookAgain(`“${path}” has changed in the meantime. Retry the call.`);
  }
  if (facts === undefined) return present;
  const origin = await files.origin(path);
  if (origin === 'ours' || origin === 'absent') return present;
  const what = origin === 'edited' ? 'was edited by hand' : 'was not written by this program';
  throw new MachineError(
    'failed',
    `“${path}” ${what}, so it is not overwritten. Remove it, or move it elsewhere to keep it, and then retry the call.`,
  );
}

/**
 * Restores the former version. A version that is neither the former nor our own was edited by hand, and is kept in the
 * backups.
 */
async function rollBack(files: MachineFiles, { files: changes }: FileMemento): Promise<void> {
  for (const { path, before, after, backup } of changes.toReversed()) {
    const bytes = await files.read(path);
    const present = bytes === undefined ? null : digestOf(bytes);
    if (present !== null && present !== before && present !== after) await files.backUp(path);
    await files.restore(path, backup);
  }
}
