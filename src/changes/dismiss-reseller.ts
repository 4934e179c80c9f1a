// A reseller is an ordinary account again, and what it owned is root's. Nothing changes on the machine, but nobody else
// may be at work on its accounts, or give it another.
import { defineOperation } from '../core/operation.ts';
import * as resellers from '../model/resellers/resellers.ts';

interface DismissReseller {
  readonly user: string;
  /** Its accounts. */
  readonly owned: readonly string[];
}

export default defineOperation<DismissReseller>({
  claims: ({ user, owned }) => [
    `account ${user}`,
    `accounts of ${user}`,
    ...owned.map((username) => `account ${username}`),
  ],
  steps: () => [],
  finish: (db, { user }) => resellers.dismiss(db, user),
});
