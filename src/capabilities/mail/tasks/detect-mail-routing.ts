// Detects where the mail of domains is kept once the MX records in their zones have changed, for the routing “auto”.
import { defineTask } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { lookAtChangeTimes } from '../../dns/driver/zones/look-zones.ts';
import { ROLE } from '../driver/account.ts';
import { checkedUpTo, domainsInZones, storeCheck } from '../rules/routing/routing-check.ts';

const MINUTE_MS = 60_000;

export default defineTask({
  description: 'Detect which domains keep their mail on this server, after their MX records have changed.',
  whenInterrupted: 'retry',
  timer: { everyMs: 5 * MINUTE_MS },

  async run(_input, { machine, transaction, callOwn, log }) {
    const { system } = machine;
    const roles = await transaction('reads', (db) => rolesOf({ db, system }));
    if (!roles.has(ROLE) || !roles.has('DNS')) return {};
    const times = await lookAtChangeTimes(machine);
    const since = await transaction('reads', checkedUpTo);
    const newest = Math.max(since ?? 0, ...times.values());
    const changed = [...times]
      .filter(([, time]) => since === undefined || time > since)
      .map(([zone]) => zone);
    const owners = await transaction('reads', (db) => domainsInZones(db, changed));
    let failed = 0;
    for (const [username, domains] of owners) {
      const args = domains.map((value) => ({ name: 'domain', value }));
      const { metadata } = await callOwn({
        command: '--detect-mail-routing',
        args: [{ name: 'user', value: username }, ...args],
      });
      if (metadata.result === 1) continue;
      failed += 1;
      log(`${username}: ${metadata.reason}`);
    }
    // Those that failed are tried again.
    if (failed === 0 && newest !== since) await transaction('changes', (db) => storeCheck(db, newest));
    return { zones: changed.length };
  },
});
