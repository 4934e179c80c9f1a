// Detects where the mail of domains is kept once the MX records in their zones have changed, for the routing “auto”, and has
// their mail policies (MTA-STS) name the new mail servers.
import { defineTask, type TaskContext } from '../../../core/task.ts';
import { rolesOf } from '../../../ground/rules/roles/active-profile.ts';
import { lookAtChangeTimes, lookAtZone } from '../../dns/driver/zones/look-zones.ts';
import * as policies from '../../domains/rules/mail-policies.ts';
import { ROLE } from '../driver/account.ts';
import { publishedPolicy } from '../rules/authentication/published-policy.ts';
import { unsureDomains } from '../rules/routing/detected.ts';
import { checkedUpTo, domainsInZone, storeCheck } from '../rules/routing/routing-check.ts';

const MINUTE_MS = 60_000;
/** Accounts whose lookups are repeated at the same time. */
const AT_ONCE = 10;

export default defineTask({
  description: 'Detect which domains keep their mail on this server, after their MX records have changed.',
  whenInterrupted: 'retry',
  timer: { everyMs: 5 * MINUTE_MS, role: ROLE },

  async run(_input, context) {
    const { machine, transaction, signal } = context;
    const { system } = machine;
    const roles = await transaction('reads', (db) => rolesOf({ db, system }));
    if (!roles.has(ROLE)) return {};
    const repeated = await detectUnsure(context);
    if (!roles.has('DNS')) return { repeated };
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
    return { zones: checked, repeated };
  },
});

/** Repeats the lookups that failed. @returns of how many accounts. */
async function detectUnsure(context: TaskContext): Promise<number> {
  const byAccount = new Map<string, string[]>();
  for (const { username, domain } of await context.transaction('reads', unsureDomains))
    byAccount.set(username, [...(byAccount.get(username) ?? []), domain]);
  const left = byAccount.entries();
  const worker = async () => {
    for (const [username, domains] of left) {
      context.signal.throwIfAborted();
      await detectOf(context, username, domains);
    }
  };
  // A lookup that fails takes seconds.
  const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return byAccount.size;
}

/** @returns false if another call changes the account of the zone at the moment. */
async function detect(context: TaskContext, zone: string): Promise<boolean> {
  const found = await context.transaction('reads', (db) => domainsInZone(db, zone));
  if (found === undefined) return true;
  return (await detectOf(context, found.username, found.domains)) && followPolicy(context, zone);
}

/**
 * The policy of a domain follows its mail servers, and its record is published again if somebody removed it. It stays as it is
 * if one of them is another server: `--doctor` says so.
 * @returns false if another call changes the zone or its account at the moment.
 */
async function followPolicy(
  { machine, transaction, call, log }: TaskContext,
  domain: string,
): Promise<boolean> {
  const policy = await transaction('reads', (db) => policies.find(db, domain));
  if (policy === undefined) return true;
  const zone = await lookAtZone(machine, domain);
  if (zone === undefined) return true;
  const { isAnnounced, isExact } = publishedPolicy(policy, zone);
  if (isAnnounced && isExact) return true;
  const args = Object.entries({ domain, mode: policy.mode }).map(([name, value]) => ({ name, value }));
  const { metadata } = await call({ command: 'set_mta_sts_policy', args });
  log(`The mail policy of ${domain}: ${metadata.reason}`);
  return metadata.error_code !== 'busy';
}

async function detectOf(
  { callOwn, log }: TaskContext,
  username: string,
  domains: readonly string[],
): Promise<boolean> {
  const args = domains.map((value) => ({ name: 'domain', value }));
  const call = { command: '--detect-mail-routing', args: [{ name: 'user', value: username }, ...args] };
  const { metadata } = await callOwn(call);
  if (metadata.result === 1) return true;
  log(`${domains.join(', ')}: ${metadata.reason}`);
  return metadata.error_code !== 'busy';
}
