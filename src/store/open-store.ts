import type { AuditRecord } from '../core/audit.ts';
import type { Db } from '../core/context.ts';
import type { Store } from '../core/engine.ts';

/** A database that is open, or that opens when it is first used. */
export interface OpenStore extends Store {
  /** Returns a different text whenever anything in the store may have changed, by any process. */
  state(): Promise<string>;
  /** The same, if it can be told without waiting. */
  stateNow?(): string | undefined;
  /**
   * Stores a line of the audit log, if the store has one log for all its servers. With `db`, the line is stored in that
   * transaction, together with the change that it reports.
   * @throws ApiError `store_unavailable`.
   */
  audit?(record: AuditRecord, db: Db | undefined): Promise<void>;
  /** False if every list can be read in a moment. Absent if it takes a query to know that. */
  isLarge?(): boolean;
  /** Makes room in the files of the store, as far as it can without space on the disk. */
  copyLog?(): Promise<void>;
  close(): void;
}
