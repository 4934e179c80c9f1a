import type { AuditRecord } from '../core/audit.ts';
import type { Db } from '../core/context.ts';
import type { Store } from '../core/engine.ts';

/** A database that an application has opened, or opens when it is first used. */
export interface OpenStore extends Store {
  /** Another text whenever anything in the store may have changed, whoever changed it. */
  state(): Promise<string>;
  /**
   * Keeps a line of the audit log where the store has one for all its servers: within the transaction `db`, together
   * with what it tells of, where there is one. @throws ApiError `store_unavailable`.
   */
  audit?(record: AuditRecord, db: Db | undefined): Promise<void>;
  close(): void;
}
