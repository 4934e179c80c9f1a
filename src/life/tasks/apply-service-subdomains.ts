// Adds the service subdomains of all domains, or removes them, after their tweak settings have changed. The same for the
// domains of one account that became a reseller, or is no longer one.
import { ApiError } from '../../core/errors.ts';
import type { Db } from '../../core/context.ts';
import type { Envelope } from '../../core/envelope.ts';
import { defineTask, type TaskContext } from '../../core/task.ts';
import {
  readAllVirtualHosts,
  writeAllVirtualHosts,
} from '../../capabilities/web/driver/virtual-hosts/write-all.ts';
import { lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { checkSoon } from '../../capabilities/certificates/rules/autossl/schedule.ts';
import { listUsernames } from '../../capabilities/accounts/rules/in-work.ts';
import { serialOf, zoneFileOf } from '../../capabilities/dns/rules/changed-zone.ts';
import { addServices, removeServices } from '../../capabilities/dns/rules/service-records.ts';
import { listZones, type ZoneOfServices } from '../../capabilities/dns/rules/service-zones.ts';
import type { ZoneChanges } from '../../capabilities/dns/rules/zone-edits.ts';
import type { ZoneFile } from '../../capabilities/dns/rules/zone-file.ts';
import { areServed, mayOverwrite } from '../../capabilities/domains/rules/service-subdomains.ts';
import { findAccountWeb } from '../../capabilities/web/rules/account-web.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

/** How many failures are the reason of a failed task. All of them are in its log. */
const MAX_SHOWN = 5;
/** How often a zone is read again because another call changed it meanwhile. */
const MAX_TRIES = 5;

interface Input {
  /** Only this account. Default: all accounts. */
  readonly username?: string;
}

export default defineTask<Input>({
  description: 'Add or remove the service subdomains of all domains, or of those of one account.',
  whenInterrupted: 'retry',
  follows: ['proxysubdomains', 'overwritecustomproxysubdomains', 'autodiscover_proxy_subdomains'],
  // Two would write the same files.
  runsAlone: true,

  async run({ username: only }, context) {
    const { machine, transaction, log, progress, now, isRetry } = context;
    const { system } = machine;
    const roles = await transaction('reads', (db) => rolesOf({ db, system }));
    if (!roles.has('WebServer')) {
      log('This server has no role WebServer, so nothing answers at service subdomains.');
      return { accounts: 0, zones: 0 };
    }
    progress(0, 'Writing the virtual hosts');
    const usernames = only === undefined ? await transaction('reads', listUsernames) : [only];
    const { written, failures } = await writeAllVirtualHosts(context, usernames, (username) =>
      transaction('reads', (db) => findAccountWeb(db, username)),
    );
    for (const [username, reason] of failures) log(`The virtual hosts of “${username}”: ${reason}`);
    log(`Wrote the virtual hosts of ${written} accounts.`);
    // The earlier attempt may have ended between writing a file and the reload.
    const ofReload = isRetry ? await readAllVirtualHosts(machine) : [];
    const ofZones = roles.has('DNS') ? await changeZones(context, only) : { changed: 0, failures: [] };
    const all = [...failures.values(), ...ofReload, ...ofZones.failures];
    if (all.length > 0) {
      const more = all.length > MAX_SHOWN ? ` There are ${all.length - MAX_SHOWN} more in the log.` : '';
      throw new ApiError('host_failed', `${all.slice(0, MAX_SHOWN).join(' ')}${more}`);
    }
    // New names need a certificate.
    if (only !== undefined) await transaction('changes', (db) => checkSoon(db, only, now()));
    return { accounts: written, zones: ofZones.changed };
  },
});

/** One zone that cannot be changed does not stop the others. */
async function changeZones(context: TaskContext, only: string | undefined) {
  const { machine, transaction, log, progress, signal } = context;
  const { zones, edit } = await transaction('reads', async (db) => ({
    zones: await listZones(db, { hostname: machine.system.hostname().toLowerCase(), only }),
    edit: await editsOf(db),
  }));
  const failures: string[] = [];
  let changed = 0;
  for (const [at, zone] of zones.entries()) {
    signal.throwIfAborted();
    progress(50 + (50 * at) / zones.length, `Zone ${at + 1} of ${zones.length}: ${zone.name}`);
    try {
      if (await changeZone(context, zone, edit)) changed += 1;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      log(`The zone “${zone.name}”: ${error.message}`);
      failures.push(`The zone “${zone.name}”: ${error.message}`);
    }
  }
  log(`Changed ${changed} zones.`);
  return { changed, failures };
}

type Edit = (file: ZoneFile, zone: ZoneOfServices) => ZoneChanges;

async function editsOf(db: Db): Promise<Edit> {
  const areWanted = await areServed(db);
  const overwrites = await mayOverwrite(db);
  return (file, { records, others }) => {
    const { remove: superfluous = [] } = removeServices(file, others);
    const { add = [], remove = [] } = areWanted
      ? addServices(file, records, { overwrites })
      : removeServices(file, records);
    return { add, remove: [...remove, ...superfluous] };
  };
}

/** @returns whether something had to be changed. */
async function changeZone(context: TaskContext, zone: ZoneOfServices, edit: Edit): Promise<boolean> {
  for (let tries = 1; ; tries++) {
    const envelope = await tryToChange(context, zone, edit);
    if (envelope === undefined) return false;
    const { metadata, data } = envelope;
    if (metadata.result === 1) return true;
    // Another call has changed or removed the zone since it was read.
    const isStale = data?.type === 'Stale' || metadata.error_code === 'not_found';
    if (!isStale || tries === MAX_TRIES) throw new ApiError('host_failed', metadata.reason);
  }
}

/** @returns undefined if nothing had to be changed. */
async function tryToChange(
  { machine, call }: TaskContext,
  zone: ZoneOfServices,
  edit: Edit,
): Promise<Envelope | undefined> {
  const found = await lookAtZone(machine, zone.name);
  if (found === undefined) return undefined;
  const file = zoneFileOf(found);
  const { add = [], remove = [] } = edit(file, zone);
  if (add.length + remove.length === 0) return undefined;
  return call({
    command: 'mass_edit_dns_zone',
    args: [
      { name: 'zone', value: zone.name },
      { name: 'serial', value: String(serialOf(file)) },
      ...add.map(({ owner, ttl, type, items }) => ({
        name: 'add',
        value: JSON.stringify({ dname: owner, ttl, record_type: type, data: items }),
      })),
      ...remove.map((line) => ({ name: 'remove', value: String(line - 1) })),
    ],
  });
}
