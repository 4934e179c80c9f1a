// Where Linux has something of a user, and what changes it there.
import type { Crontabs } from './crontabs.ts';
import type { Homes } from './homes.ts';
import type { Run } from './run.ts';
import type { Suspensions } from './suspensions.ts';
import type { UserDatabase } from './user-database.ts';
import type { UserProcesses } from './user-processes.ts';

export interface UserResources {
  readonly run: Run;
  /** The folders that contain homes. */
  readonly bases: readonly string[];
  readonly database: UserDatabase;
  readonly homes: Homes;
  readonly processes: UserProcesses;
  readonly crontabs: Crontabs;
  readonly suspensions: Suspensions;
}
