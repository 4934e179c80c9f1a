import { resetZone } from '../../capabilities/dns/plans/change-zones.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtTemplates, lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { ACCOUNT_TEMPLATES } from '../../capabilities/dns/rules/account-zone.ts';
import { openOwn } from '../../capabilities/dns/rules/account-edits.ts';
import { readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { reloadText } from '../../capabilities/dns/rules/reload-text.ts';

export default defineUapi({
  name: 'ZoneEdit::resetzone',
  since: 138,
  summary: 'Reset one of the account’s DNS zones to the server’s template, but keep its TXT records.',
  description:
    'The zone is created again as for a new domain, with the account’s IP address, and its serial number increases.',
  destructive: 'All records except TXT records that the account has added are deleted.',
  effect: 'operates',
  role: 'DNS',
  feature: 'zoneedit',
  params: { domain: { ...zoneParam, required: true } },
  returns: {
    list: {
      fields: {
        result: {
          fields: {
            status: { type: 'flag', doc: '1 for a zone that was reset.' },
            statusmsg: { type: 'string', doc: 'What happened.' },
          },
          doc: 'The outcome.',
        },
      },
    },
  },
  examples: [{ args: { domain: 'bob.example' }, doc: 'Reset the zone of bob.example.' }],

  async look({ domain }, { machine }) {
    return {
      zone: await lookAtZone(machine, readZoneName('domain', domain)),
      templates: await lookAtTemplates(machine, ACCOUNT_TEMPLATES),
    };
  },

  async handler({ domain }, context, { zone, templates }) {
    const name = readZoneName('domain', domain);
    const { found } = await openOwn(context, name, zone);
    await resetZone(context, found, templates);
    return [{ result: { status: 1, statusmsg: reloadText(context.system, name) } }];
  },
});
