import { setHostname } from '../../life/plans/set-hostname.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { lookForHostname } from '../../capabilities/dns/driver/hostname/look-hostname.ts';
import { addressRecord } from '../../capabilities/dns/rules/hostname/address-record.ts';
import { assertIsNoDomain, readHostname } from '../../capabilities/dns/rules/hostname/hostname.ts';
import { zonesAround } from '../../capabilities/dns/rules/hostname-record.ts';
import { rolesOf } from '../../ground/rules/roles/active-profile.ts';

export default defineFunction({
  name: 'sethostname',
  since: 11,
  summary: 'Set the server’s hostname.',
  description:
    'The hostname is set immediately and for the next start. It replaces the former one in /etc/hosts, and in ' +
    '/etc/mailname if that file exists. If a DNS zone on this server contains the name, the zone gets an A record for it. ' +
    'The self-signed certificate of whmapi1d is created again for the new name. Existing records of the former name are ' +
    'kept.',
  access: 'root',
  effect: 'operates',
  params: {
    hostname: {
      type: 'string',
      required: true,
      maxLength: 253,
      doc: 'The fully qualified hostname, such as web1.example.com. It cannot be the domain of an account.',
    },
  },
  returns: null,
  examples: [{ args: { hostname: 'web1.example.com' }, doc: 'Set the hostname.' }],

  async look({ hostname }, { machine, system, transaction }) {
    const hasDns = await transaction('reads', async (db) => (await rolesOf({ db, system })).has('DNS'));
    return lookForHostname(machine, hasDns ? zonesAround(readHostname(hostname)) : []);
  },

  async handler({ hostname: given }, context, found) {
    const { db, system, plan, reason, warn, inform } = context;
    const hostname = readHostname(given);
    await assertIsNoDomain(db, hostname);
    const former = system.hostname().toLowerCase();
    reason(`Hostname Changed to: ${hostname}`);
    if (hostname === former) {
      inform(`The hostname was already “${hostname}”.`);
      return;
    }
    if (system.isNamedByHostname) {
      throw badParam(
        `The shared store identifies this server by its hostname, “${former}”. Write that name into the second line of ` +
          'the file “store.url” (or into WHMAPI1_SERVER_NAME), restart whmapi1d, and retry the call.',
      );
    }
    const zone = await addressRecord(context, hostname, found.zone);
    const { certificate } = found;
    if (certificate !== undefined) {
      warn(
        'The self-signed certificate of whmapi1d changes. Clients that trust it by its fingerprint must trust the new ' +
          'one, which is in the log of whmapi1d.',
      );
    }
    plan(setHostname({ hostname, former, zone, certificate }));
  },
});
