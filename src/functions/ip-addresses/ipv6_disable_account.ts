import { releaseIpv6 } from '../../life/plans/change-ipv6.ts';
import { defineFunction } from '../../core/define.ts';
import { notFound } from '../../core/errors.ts';
import { lookAtZones } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { assertSome, getSeveral, type Failure } from '../../life/rules/several-accounts.ts';
import * as assignments from '../../capabilities/addresses/rules/ipv6-assignments.ts';
import { zoneNamesOf, zonesOf } from '../../capabilities/dns/rules/account-zones.ts';
import { nextZone, removeIpv6, type NextZone } from '../../capabilities/dns/rules/site-addresses.ts';

export default defineFunction({
  name: 'ipv6_disable_account',
  since: 40,
  summary: 'Remove the IPv6 address of accounts.',
  description:
    'The interface loses the address, unless it is the server’s own. In all DNS zones of the account, the AAAA records ' +
    'with the address are removed. Accounts that have no address are in “failures”, and the others still lose theirs.',
  destructive:
    'The accounts no longer have their IPv6 addresses: connections to them end. ipv6_enable_account assigns others.',
  access: 'root',
  effect: 'operates',
  params: {
    user: {
      type: 'string',
      required: true,
      maxLength: 32_768,
      doc: 'Comma-separated list of accounts.',
    },
  },
  returns: {
    fail_cnt: {
      type: 'integer',
      optional: true,
      doc: 'For how many accounts it failed. Absent if there are none.',
    },
    failures: {
      list: {
        fields: {
          name: { type: 'string', doc: 'The account.' },
          reason: { type: 'string', doc: 'Why it failed.' },
        },
      },
      optional: true,
      doc: 'The accounts for which it failed. Absent if there are none.',
    },
  },
  examples: [
    {
      args: { user: 'bob' },
      doc: 'Remove the IPv6 address of the account “bob”.',
      setUp: ['createacct', 'ipv6_range_add', 'ipv6_enable_account'],
    },
  ],

  async look({ user }, { machine, system, caller, transaction }) {
    const looked = await transaction('reads', async (db) =>
      zoneNamesOf({ db, system }, (await getSeveral(db, caller, 'user', user)).found),
    );
    return { looked, zones: await lookAtZones(machine, looked ?? []) };
  },

  async handler({ user }, context, zones) {
    const { db, caller, plan, now } = context;
    const { found, failures: unknown } = await getSeveral(db, caller, 'user', user);
    const failures: Failure[] = [...unknown];
    const released: assignments.Assignment[] = [];
    const nextZones: NextZone[] = [];
    for (const account of found) {
      const { username: name } = account;
      const present = await assignments.find(db, name);
      if (present === undefined) {
        failures.push({ name, error: notFound(`The account “${name}” has no IPv6 address.`) });
        continue;
      }
      released.push(present);
      for (const zone of await zonesOf(db, account, zones)) {
        const next = nextZone(zone, (file) => removeIpv6(file, present.address), new Date(now()));
        if (next !== undefined) nextZones.push(next);
      }
    }
    assertSome(failures, released.length);
    plan(await releaseIpv6(context, released, nextZones));
    if (failures.length === 0) return {};
    return {
      fail_cnt: failures.length,
      failures: failures.map(({ name, error }) => ({ name, reason: error.message })),
    };
  },
});
