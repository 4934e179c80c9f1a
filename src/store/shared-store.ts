// The store that several servers share. Its driver is loaded on first use.
import { hostname } from 'node:os';
import type { AuditRecord } from '../core/audit.ts';
import type { Db } from '../core/context.ts';
import type { Work, Store } from '../core/engine.ts';
import type { OpenStore } from './open-store.ts';
import type { StateDirectory } from './state-directory.ts';
import type { SharedStoreName } from './shared-store-file.ts';
import type { PostgresStore } from './postgres/store.ts';

/** Numbers of connections: a command runs one call or a few, a server many at a time. */
const FEW = 3;
const MANY = 10;

export interface SharedStoreOptions extends SharedStoreName {
  readonly directory: StateDirectory;
  readonly livesLong: boolean;
  /** Set while everything is moved between the two stores: this server may then also have its own store. */
  readonly mayHaveOwn?: true;
}

export class SharedStore implements OpenStore {
  readonly #options: SharedStoreOptions;
  #opened: Promise<PostgresStore> | undefined;

  constructor(options: SharedStoreOptions) {
    this.#options = options;
  }

  async transaction<T>(
    effect: 'reads' | 'changes',
    work: (db: Db, nested: Store) => Promise<Work<T>>,
  ): Promise<T> {
    return (await this.#open()).transaction(effect, work);
  }

  async state(): Promise<string> {
    return (await this.#open()).state();
  }

  async audit(record: AuditRecord, db: Db | undefined): Promise<void> {
    await (await this.#open()).audit(record, db);
  }

  close(): void {
    this.#opened?.then(
      (store) => store.close(),
      () => undefined,
    );
  }

  #open(): Promise<PostgresStore> {
    return (this.#opened ??= this.#load());
  }

  async #load(): Promise<PostgresStore> {
    const { url, server, auditDays, livesLong, directory, mayHaveOwn } = this.#options;
    if (mayHaveOwn !== true) (await import('./moved-store.ts')).assertNoOwnStore(directory);
    const [{ readAddress, readAuditDays, readServerName }, { PostgresStore }, { machineIdOf }] =
      await Promise.all([
        import('./postgres/address.ts'),
        import('./postgres/store.ts'),
        import('./machine-id.ts'),
      ]);
    return new PostgresStore(readAddress(url), readServerName(server, hostname), {
      connections: livesLong ? MANY : FEW,
      machine: machineIdOf(directory),
      auditDays: readAuditDays(auditDays),
      endsSoon: !livesLong,
    });
  }
}
