// What the owner of an account should look at: limits that are nearly used, and names without a certificate.
import type { DatedStore } from '../../core/context.ts';
import type { MachineUsage } from '../../core/machine.ts';
import * as autosslProblems from '../../capabilities/certificates/rules/autossl/problems.ts';
import type { Account } from '../../capabilities/accounts/rules/accounts.ts';
import { measuredUsage } from './own-usage.ts';

const NEARLY = 0.8;

/** How many there are: limits that are used to 80 % or more, and names that AutoSSL could not validate. */
export async function countWarnings(
  context: DatedStore,
  account: Account,
  measured: MachineUsage | undefined,
): Promise<number> {
  const usage = Object.values(await measuredUsage(context, account, measured));
  // A limit of 0 is a feature that the account does not have.
  const limits = usage.filter(({ used, max }) => max !== null && max > 0 && used >= NEARLY * max);
  return limits.length + (await autosslProblems.ofUser(context.db, account.username)).length;
}
