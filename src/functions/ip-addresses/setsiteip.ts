import { changeAccount } from '../../life/plans/change-account.ts';
import { authoriseAccount } from '../../core/access.ts';
import { defineFunction } from '../../core/define.ts';
import { ipv4Address } from '../../core/params.ts';
import { lookAtZones } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { assertSameDomain, getNamed } from '../../capabilities/accounts/rules/named-account.ts';
import { existingAccount, existingDomain } from '../../ground/rules/accounts/names.ts';
import * as accountIps from '../../capabilities/addresses/rules/ips.ts';
import { addressesForAccounts } from '../../capabilities/addresses/rules/server-addresses.ts';
import { findPublicAddress } from '../../capabilities/addresses/rules/nat.ts';
import { zoneNamesOf, zonesOf } from '../../capabilities/dns/rules/account-zones.ts';
import { moveIpv4, nextZone, type NextZone } from '../../capabilities/dns/rules/site-addresses.ts';
import * as hostedDomains from '../../capabilities/domains/rules/hosted-domains.ts';
import { assertAllowed } from '../../capabilities/accounts/rules/packages/privileges.ts';

export default defineFunction({
  name: 'setsiteip',
  since: 11,
  summary: 'Set the IPv4 address of an account.',
  description:
    'An address that nobody uses becomes the dedicated address of the account. The server’s main address, that of the ' +
    'account’s owner, and one that other accounts share is shared. In all DNS zones of the account, every A record that has ' +
    'the old address gets the new one. A dry run shows which. A reseller can assign the addresses that listips shows.',
  access: ['edit-account'],
  effect: 'operates',
  params: {
    ip: { ...ipv4Address, required: true, doc: 'The new address: one of this server.' },
    user: { ...existingAccount, doc: 'The account.' },
    domain: { ...existingDomain, doc: 'The main domain of the account, instead of its name.' },
  },
  oneOf: { count: 'at least', of: ['user', 'domain'] },
  emptyIsOmitted: true,
  returns: null,
  examples: [
    {
      args: { user: 'bob', ip: '192.0.2.10' },
      doc: 'Give the account “bob” the address 192.0.2.10.',
      setUp: ['createacct', 'addips'],
    },
    {
      args: { domain: 'bob.example', ip: '192.0.2.10' },
      doc: 'The same for the account whose main domain is bob.example.',
      setUp: ['createacct', 'addips'],
    },
  ],

  async look({ user, domain }, { machine, system, caller, transaction }) {
    const { name, looked } = await transaction('reads', async (db) => {
      const account = await getNamed(db, caller, { user, domain });
      return { name: account.domain, looked: await zoneNamesOf({ db, system }, [account]) };
    });
    const present = await (await machine.addresses()).list();
    return { name, present, found: { looked, zones: await lookAtZones(machine, looked ?? []) } };
  },

  async handler(args, context, { name, present, found }) {
    const { db, caller, system, inform, now } = context;
    const before = await getNamed(db, caller, args);
    authoriseAccount(caller, 'setsiteip', before.username);
    assertSameDomain(before, name);
    if (args.ip === before.ip) {
      inform(`The account “${before.username}” already has the address ${args.ip}.`);
      return;
    }
    const all = addressesForAccounts(system.addresses(), present);
    const { ip, isDedicated } = await accountIps.chooseOther(context, all, before, args.ip);
    const after = { ...before, ip, settings: { ...before.settings, dedicatedIp: isDedicated } };
    assertAllowed(caller, before.settings, after.settings);
    const ofAccount = await zonesOf(db, before, found);
    const here = new Set(ofAccount.map((zone) => zone.name));
    // Subdomains have no zone of their own.
    const hosted = (await hostedDomains.listOf(db, before.username)).filter(({ type }) => type !== 'sub');
    for (const domain of [name, ...hosted.map((one) => one.domain)].filter((one) => !here.has(one))) {
      inform(`The DNS zone “${domain}” is not on this server. Change its A records where it is.`);
    }
    // Behind NAT, zones contain the public addresses.
    const moves = new Map([
      [before.ip, ip],
      [await findPublicAddress(db, before.ip), await findPublicAddress(db, ip)],
    ]);
    const changes: NextZone[] = [];
    for (const zone of ofAccount) {
      const next = nextZone(zone, (file) => moveIpv4(file, moves), new Date(now()));
      if (next !== undefined) changes.push(next);
      else inform(`No A record of the DNS zone “${zone.name}” has the address ${before.ip}.`);
    }
    context.plan(await changeAccount(context, { before, after }, changes));
  },
});
