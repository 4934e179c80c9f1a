// Changes mailboxes, forwarders and settings of mail of one account.
import type { Context } from '../../../core/context.ts';
import { defineChange, exclusive, type Plan } from '../../../core/plan.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import type { Account } from '../../accounts/rules/accounts.ts';
import { listOf } from '../../domains/rules/hosted-domains.ts';
import { queueRemovals, ROLE, stepsBetween } from '../driver/account.ts';
import endSessions from '../driver/dovecot/steps/end-sessions.ts';
import { queuesOfRemoved } from '../driver/exim/held-queues.ts';
import { desiredMail } from '../rules/desired.ts';
import { changeBetween, readState, storeChange, type MailState, type StateChange } from '../rules/state.ts';

interface ChangeMail {
  readonly username: string;
  readonly change: StateChange;
}

const change = defineChange<ChangeMail>({
  kind: 'change-mail',
  store: (db, { username, change: rows }) => storeChange(db, username, rows),
});
export default change;

export interface MailWork {
  /** The next state. @throws ApiError if it cannot be had. */
  readonly next: (state: MailState) => MailState;
  /** The logins whose sessions end: `sales@bob.example`. */
  readonly ended?: readonly string[];
}

/** Exim and Dovecot use the change at once, without a reload. */
export async function changeMail(
  context: Pick<Context, 'db' | 'system'>,
  account: Account,
  { next, ended = [] }: MailWork,
): Promise<Plan> {
  const { db } = context;
  const { username } = account;
  const before = await readState(db, username);
  const after = next(before);
  const hosted = await listOf(db, username);
  const hasRole = (await rolesOf(context)).has(ROLE);
  const steps = hasRole
    ? [
        ...stepsBetween(username, desiredMail(account, hosted, before), desiredMail(account, hosted, after)),
        ...queueRemovals(queuesOfRemoved(username, before, after)),
      ]
    : [];
  return change.plan(
    { username, change: changeBetween(before, after) },
    {
      locks: [exclusive(`account ${username}`)],
      steps: [...steps, ...(hasRole && ended.length > 0 ? [endSessions.plan({ masks: ended })] : [])],
    },
  );
}
