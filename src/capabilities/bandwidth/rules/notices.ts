// Notifies the administrators and the owners about accounts that approach or reach their bandwidth limits.
import type { Db } from '../../../core/context.ts';
import { BANDWIDTH_LIMIT } from '../../notify/rules/applications.ts';
import { notifyAccount } from '../../notify/rules/account-notifications.ts';
import { notify } from '../../notify/rules/notify.ts';
import type { Moment } from '../../system/rules/services/troubles.ts';
import { BYTES_OF_MEBIBYTE, setWarned, type Turned } from './exceeded.ts';

/** In the transaction that stores it, so that the warning is sent once in a month. */
export async function warn(db: Db, account: Turned, moment: Moment): Promise<void> {
  const { username, domain, limit, bytes } = account;
  await setWarned(db, username, moment.now);
  const used = (bytes / BYTES_OF_MEBIBYTE).toFixed(0);
  const percent = Math.floor((100 * bytes) / ((limit ?? 0) * BYTES_OF_MEBIBYTE));
  const isReached = percent >= 100;
  const what = isReached
    ? 'The account has reached its bandwidth limit'
    : `The account has used ${percent} % of its bandwidth`;
  await notifyAccount(
    db,
    {
      ...{ username, event: 'notify_bandwidth_limit', subject: what },
      body: `The account has sent ${used} MiB in this month. Its limit is ${limit} MiB.`,
    },
    moment.now,
  );
  await notify(
    db,
    {
      app: BANDWIDTH_LIMIT,
      event: 'Usage',
      subject: isReached
        ? `The account “${username}” has reached its bandwidth limit`
        : `The account “${username}” has used ${percent} % of its bandwidth`,
      body:
        `The account “${username}” (${domain}) has sent ${used} MiB in this month. Its limit is ${limit} MiB.\n` +
        `${isReached ? 'Its sites' : 'Once it reaches the limit, its sites'} respond with the status 509 until the ` +
        'month ends.\n' +
        `To raise the limit: whmapi1 limitbw user=${username} bwlimit=MEBIBYTES`,
    },
    moment,
  );
}
