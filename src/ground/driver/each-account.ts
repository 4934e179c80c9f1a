// Work on the files of many accounts, each under its lock.
import { ApiError } from '../../core/errors.ts';
import { MachineError } from '../../core/machine-error.ts';
import { exclusive } from '../../core/plan.ts';
import type { TaskContext } from '../../core/task.ts';

/** Accounts that are changed at the same time share a reload. */
const AT_ONCE = 50;

/** What waits for the locks of accounts. */
export type Locking = Pick<TaskContext, 'withLocks'>;

export type LockingWork = Locking & Pick<TaskContext, 'signal'>;

/**
 * Does the work for each account while its lock is held, so after the end of a call that is changing it. The work must
 * itself read what it is based on. One account that fails does not stop the others.
 * @returns why accounts failed, by username.
 */
export async function eachAccount(
  { signal, withLocks }: LockingWork,
  usernames: readonly string[],
  work: (username: string) => Promise<void>,
): Promise<ReadonlyMap<string, string>> {
  const failures = new Map<string, string>();
  const left = usernames.values();
  const worker = async () => {
    for (const username of left) {
      signal.throwIfAborted();
      try {
        await withAccount({ withLocks }, username, () => work(username));
      } catch (error) {
        if (!(error instanceof ApiError || error instanceof MachineError)) throw error;
        failures.set(username, error.message);
      }
    }
  };
  // All of them end before the task does, whatever happens to one.
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return failures;
}

/** Does the work while the lock of the account is held. */
export function withAccount<T>({ withLocks }: Locking, username: string, work: () => Promise<T>): Promise<T> {
  return withLocks([exclusive(`account ${username}`)], work);
}

/** @throws MachineError with the first of the failures of `eachAccount`. */
export function assertNone(failures: ReadonlyMap<string, string>): void {
  const [first] = failures;
  if (first !== undefined) throw new MachineError('failed', `The account “${first[0]}”: ${first[1]}`);
}
