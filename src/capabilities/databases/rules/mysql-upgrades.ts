// Upgrades of MariaDB: tasks with an ID in WHM’s form.
import type { Db } from '../../../core/context.ts';
import { ApiError, notFound } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import * as tasks from '../../../ground/rules/tasks/tasks.ts';

export const UPGRADE = 'upgrade-mysql';

export interface UpgradeInput {
  /** `mysql_upgrade.20261126-201500`. */
  readonly upgradeId: string;
  /** The version that was installed before, and the one to install, such as `11.8`. */
  readonly from: string;
  readonly to: string;
}

/** By the server’s clock. */
export function upgradeIdAt(now: number): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const time = new Date(now);
  const date = [time.getFullYear(), two(time.getMonth() + 1), two(time.getDate())].join('');
  return `mysql_upgrade.${date}-${[time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join('')}`;
}

/** @throws ApiError `busy` if an upgrade of this server has not ended. */
export async function assertNone(db: Db): Promise<void> {
  if (!(await tasks.isActive(db, UPGRADE))) return;
  throw new ApiError('busy', 'Another upgrade of the database server has not ended. Wait for it.');
}

/** @throws ApiError `not_found`, also if the task has been removed in the meantime. */
export async function find(db: Db, upgradeId: string): Promise<tasks.Task> {
  const found = (await tasks.list(db)).find(
    ({ kind, server, input }) =>
      kind === UPGRADE && server === db.server && (input as UpgradeInput).upgradeId === upgradeId,
  );
  if (found !== undefined) return found;
  throw notFound(`There is no upgrade ${quote(upgradeId)} on this server, or it was forgotten.`);
}

/** WHM’s codes of errors. */
const FAILED = 4;
const DIED = -1;

/** As WHM shows the state. */
export function show({ state, reason }: Pick<tasks.Task, 'state' | 'reason'>): {
  state: string;
  error: number;
  error_log: string;
} {
  if (state === 'done') return { state: 'success', error: 0, error_log: '' };
  if (state === 'failed') return { state: 'failed', error: FAILED, error_log: reason };
  if (state === 'stopped') return { state: 'failed', error: DIED, error_log: reason };
  return { state: 'in progress', error: 0, error_log: reason };
}
