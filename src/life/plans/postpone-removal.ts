// An account cannot be removed now, because a daemon is down or has a broken configuration. It is suspended, and a task
// removes it as soon as that is possible. Until then nothing is lost, and unsuspendacct cancels the removal.
import type { Context } from '../../core/context.ts';
import { defineChange, exclusive, type Plan } from '../../core/plan.ts';
import * as accountParts from '../driver/account-parts.ts';
import { refusalsIn } from '../../ground/driver/daemons/do-now.ts';
import { partDependencies, type PartContext } from '../driver/account-parts.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { FOLLOW, postpone, REMOVE } from '../../capabilities/accounts/rules/postponed.ts';
import * as sessions from '../../capabilities/logins/rules/sessions.ts';

interface PostponeRemoval {
  readonly username: string;
  readonly keepdns: boolean;
}

const REASON = 'The account is being removed.';

const change = defineChange<PostponeRemoval>({
  kind: 'postpone-removal',
  unfinishedCalls: 'passed',
  async store(db, { username, keepdns }, { now, results }) {
    const account = await accounts.find(db, username);
    if (account === undefined) throw new Error(`The account “${username}” no longer exists.`);
    await sessions.closeAll(db, username);
    const { suspendedAt, suspendReason } = account;
    await accounts.update(db, {
      ...account,
      suspendedAt: suspendedAt ?? now(),
      suspendReason: suspendedAt === null ? REASON : suspendReason,
    });
    await postpone(db, REMOVE, { ...account, keepdns }, now());
    if (refusalsIn(results).length > 0) await postpone(db, FOLLOW, account, now());
  },
});
export default change;

export async function postponeRemoval(
  context: PartContext,
  account: accounts.Account,
  { keepdns }: Pick<PostponeRemoval, 'keepdns'>,
): Promise<Plan> {
  const { username } = account;
  const { steps, locks } = await accountParts.suspended(await partDependencies(context), account);
  return change.plan({ username, keepdns }, { locks: [exclusive(`account ${username}`), ...locks], steps });
}

/** Says that nothing is removed yet, why, and what happens next. */
export function tellPostponed(
  { warn, reason }: Context,
  username: string,
  refusals: readonly string[],
): void {
  const sentences = [
    `The account “${username}” is suspended, and nothing of it is removed yet.`,
    ...refusals.map((refusal) => `The removal waits: ${refusal}`),
    `The task “${REMOVE}” tries every minute, and “whmapi1 --tasks” shows it. “unsuspendacct” cancels the removal.`,
  ];
  for (const sentence of sentences) warn(sentence);
  reason(sentences.join(' '));
}
