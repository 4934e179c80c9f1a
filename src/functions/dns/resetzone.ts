import { resetZone } from '../../capabilities/dns/plans/change-zones.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { lookAtTemplates, lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { existingAccount } from '../../ground/rules/accounts/names.ts';
import { find, noAccess, maySee } from '../../capabilities/accounts/rules/accounts.ts';
import { ACCOUNT_TEMPLATES } from '../../capabilities/dns/rules/account-zone.ts';
import { readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { tellReload } from '../../capabilities/dns/rules/reload-text.ts';
import * as owners from '../../capabilities/dns/rules/zone-owners.ts';

export default defineFunction({
  name: 'resetzone',
  since: 11,
  summary: 'Reset a DNS zone to the server’s template, but keep its TXT records.',
  description:
    'The zone is created again from the template that createacct uses, with the account’s IP address. TXT records are kept, and ' +
    'the serial number increases.',
  destructive:
    'All records that are not those of the template are deleted, except TXT records. To keep a copy, run ' +
    'export_zone_files first.',
  access: ['edit-dns', 'manage-dns-records'],
  effect: 'operates',
  role: 'DNS',
  params: {
    domain: { ...zoneParam, doc: 'The domain.' },
    zone: { ...zoneParam, doc: 'The zone, or its file name as shown by listzones, such as example.com.db.' },
    user: { ...existingAccount, doc: 'The account that owns the zone.' },
  },
  oneOf: { count: 'at least', of: ['domain', 'zone', 'user'] },
  emptyIsOmitted: true,
  returns: null,
  examples: [
    {
      args: { domain: 'bob.example' },
      doc: 'Reset the zone of bob.example.',
      setUp: ['createacct'],
    },
  ],

  async look({ domain, zone, user }, { machine, transaction }) {
    const ofUser = async () => (await transaction('reads', (db) => find(db, user ?? '')))?.domain;
    const name = named(domain, zone) ?? (await ofUser());
    return {
      name,
      zone: name === undefined ? undefined : await lookAtZone(machine, name),
      templates: await lookAtTemplates(machine, ACCOUNT_TEMPLATES),
    };
  },

  async handler({ user }, context, { name, zone: looked, templates }) {
    const { caller, db } = context;
    if (user !== undefined) {
      const account = await find(db, user);
      if (account === undefined || !maySee(caller, account)) throw noAccess(caller, user);
    }
    if (name === undefined) throw noAccess(caller, user ?? '');
    const { found } = await owners.open(db, caller, name, looked);
    if (user !== undefined && (await owners.ownerOf(db, name))?.username !== user) {
      throw badParam(`The zone “${name}” does not belong to “${user}”.`);
    }
    await resetZone(context, found, templates);
    tellReload(context, name);
  },
});

/** @throws ApiError `bad_param` */
function named(domain: string | undefined, zone: string | undefined): string | undefined {
  const names = [
    ...(domain === undefined ? [] : [readZoneName('domain', domain)]),
    ...(zone === undefined ? [] : [readZoneName('zone', zone.replace(/\.db$/, ''))]),
  ];
  if (new Set(names).size > 1)
    throw badParam('“domain” and “zone” name different zones. Use only one of them.');
  return names[0];
}
