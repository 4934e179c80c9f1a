// Detects where the mail of domains is kept once the MX records in their zones have changed, for the routing “auto”.
import { defineTask, type TaskContext } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { lookAtChangeTimes } from '../../dns/driver/zones/look-zones.ts';
import { ROLE } from '../driver/account.ts';
import { checkedUpTo, domainsInZone, storeCheck } from '../rules/routing/routing-check.ts';

const MINUTE_MS = 60_000;

export default defineTask({
  description: 'Detect which domains keep their mail on this server, after their MX records have changed.',
  whenInterrupted: 'retry',
  timer: { everyMs: 5 * MINUTE_MS },

  async run(_input, context) {
    const { machine, transaction, signal } = context;
    const { system } = machine;
    const roles = await transaction('reads', (db) => rolesOf({ db, system }));
    if (!roles.has(ROLE) || !roles.has('DNS')) return {};
    const times = await lookAtChangeTimes(machine);
    const since = await transaction('reads', checkedUpTo);
    const changed = [...times]
      .filter(([, time]) => since === undefined || time > since)
      .sort(([, one], [, other]) => one - other);
    let [checked, last] = [0, since];
    for (const [zone, time] of changed) {
      signal.throwIfAborted();
      if (!(await detect(context, zone))) {
        // The next run goes on there, even if another zone has changed in the same millisecond.
        last = Math.min(last ?? Infinity, time - 1);
        break;
      }
      checked += 1;
      last = time;
    }
    if (last !== undefined && last !== since) await transaction('changes', (db) => storeCheck(db, last));
    return { zones: checked };
  },
});

/** @returns false if another call changes the account of the zone at the moment. */
async function detect({ transaction, callOwn, log }: TaskContext, zone: string): Promise<boolean> {
  const found = await transaction('reads', (db) => domainsInZone(db, zone));
  if (found === undefined) return true;
  const { username, domains } = found;
  const args = domains.map((value) => ({ name: 'domain', value }));
  const call = { command: '--detect-mail-routing', args: [{ name: 'user', value: username }, ...args] };
  const { metadata } = await callOwn(call);
  if (metadata.result === 1) return true;
  log(`${zone}: ${metadata.reason}`);
  return metadata.error_code !== 'busy';
}
