// An account becomes a reseller. Nothing changes on the machine, but nobody else may be at work on the account.
import { defineOperation } from '../core/operation.ts';
import * as resellers from '../model/resellers/resellers.ts';

interface SetUpReseller {
  readonly user: string;
  readonly ownsItself: boolean;
}

export default defineOperation<SetUpReseller>({
  claims: ({ user }) => [`account ${user}`],
  steps: () => [],
  finish: (db, { user, ownsItself }) => resellers.setUp(db, user, ownsItself),
});
