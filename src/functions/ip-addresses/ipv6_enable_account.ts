import { assignIpv6 } from '../../life/plans/change-ipv6.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { lookAtZones } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { assertSome, getSeveral, type Failure } from '../../life/rules/several-accounts.ts';
import { rangeName } from '../../capabilities/addresses/rules/ipv6-range-form.ts';
import * as assignments from '../../capabilities/addresses/rules/ipv6-assignments.ts';
import * as supply from '../../capabilities/addresses/rules/ipv6-supply.ts';
import { findPublicAddress } from '../../capabilities/addresses/rules/nat.ts';
import { findPlace } from '../../capabilities/addresses/rules/new-addresses.ts';
import { zoneNamesOf, zonesOf } from '../../capabilities/dns/rules/account-zones.ts';
import { addIpv6, nextZone, type NextZone } from '../../capabilities/dns/rules/site-addresses.ts';

export default defineFunction({
  name: 'ipv6_enable_account',
  since: 40,
  summary: 'Add an IPv6 address of a range to accounts.',
  description:
    'Each account gets one address, which the interface of the main address gets, too. In all DNS zones of the ' +
    'account, every name that has the account’s IPv4 address gets an AAAA record, unless it has one already. Accounts that ' +
    'cannot get an address are in “failures”, and the others still get theirs. A repeated call binds addresses again that ' +
    'the interface has lost.',
  access: 'root',
  effect: 'operates',
  params: {
    user: {
      type: 'string',
      required: true,
      maxLength: 32_768,
      doc: 'Comma-separated list of accounts.',
    },
    range: {
      ...rangeName,
      required: true,
      doc: 'The name of a range, or “SHARED” for the server’s own IPv6 address.',
    },
  },
  returns: {
    ipv6: { map: { type: 'string' }, keys: 'USER', doc: 'The address of each account, with every digit.' },
    fail_cnt: {
      type: 'integer',
      optional: true,
      doc: 'How many accounts did not get an address. Absent if all did.',
    },
    failures: {
      map: { type: 'string' },
      keys: 'USER',
      optional: true,
      doc: 'Why, for each of them. Absent if there are none.',
    },
  },
  examples: [
    {
      args: { user: 'bob', range: 'hosting' },
      doc: 'Give the account “bob” an address of the range “hosting”.',
      setUp: ['createacct', 'ipv6_range_add'],
    },
  ],

  async look({ user }, { machine, system, caller, transaction }) {
    const looked = await transaction('reads', async (db) =>
      zoneNamesOf({ db, system }, (await getSeveral(db, caller, 'user', user)).found),
    );
    const zones = { looked, zones: await lookAtZones(machine, looked ?? []) };
    const addresses = await machine.addresses();
    const [server, place] = [await addresses.list(), await addresses.findPlace(6)];
    return { server, place, zones };
  },

  async handler({ user, range }, context, { server, place, zones }) {
    const { db, caller, inform, warn, plan, now } = context;
    const { found, failures: unknown } = await getSeveral(db, caller, 'user', user);
    const failures: Failure[] = [...unknown];
    const kept: assignments.Assignment[] = [];
    const without: (typeof found)[number][] = [];
    for (const account of found) {
      const name = account.username;
      const present = await assignments.find(db, name);
      if (present === undefined) without.push(account);
      else if (present.range === range) kept.push(present);
      else {
        const text = `The account “${name}” has ${present.address} of the range “${present.range}”. Run ipv6_disable_account first.`;
        failures.push({ name, error: badParam(text) });
      }
    }
    const { addresses, exhausted } = await supply.next(db, range, without.length, server);
    const assigned: assignments.Assignment[] = [];
    const nextZones: NextZone[] = [];
    for (const [at, account] of without.entries()) {
      const { username, ip } = account;
      const address = addresses[at];
      if (address === undefined) {
        failures.push({ name: username, error: exhausted });
        continue;
      }
      assigned.push({ username, range, address });
      const site = new Set([ip, await findPublicAddress(db, ip)]);
      for (const zone of await zonesOf(db, account, zones)) {
        const next = nextZone(zone, (file) => addIpv6(file, site, address), new Date(now()));
        if (next !== undefined) nextZones.push(next);
      }
    }
    assertSome(failures, assigned.length + kept.length);
    for (const { username, address } of kept) inform(`The account “${username}” has ${address} already.`);
    const bound = supply.toBind([...kept, ...assigned], server);
    if (assigned.length > 0 || bound.length > 0) {
      const { interface: name, keeper } = findPlace(place);
      if (bound.length > 0 && keeper === null) {
        warn(
          `The addresses are lost at the next reboot: neither netplan nor systemd-networkd nor ifupdown configures the interface “${name}”. Run ipv6_enable_account again after it.`,
        );
      }
      const onInterface = bound.map((address) => ({ address, prefixLength: 128, interface: name }));
      plan(await assignIpv6(context, assigned, onInterface, nextZones));
    }
    return {
      ipv6: Object.fromEntries(
        [...kept, ...assigned].map(({ username, address }) => [username, supply.showWhole(address)]),
      ),
      ...(failures.length === 0
        ? {}
        : {
            fail_cnt: failures.length,
            failures: Object.fromEntries(failures.map(({ name, error }) => [name, error.message])),
          }),
    };
  },
});
