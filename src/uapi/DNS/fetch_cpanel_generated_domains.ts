import { defineUapi } from '../../core/define-uapi.ts';
import { lookAtTemplates } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { ACCOUNT_TEMPLATES } from '../../capabilities/dns/rules/account-zone.ts';
import { assertEditor } from '../../capabilities/dns/rules/account-edits.ts';
import { readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { generatedNames, generatedRecords } from '../../capabilities/dns/rules/generated-records.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import * as owners from '../../capabilities/dns/rules/zone-owners.ts';

export default defineUapi({
  name: 'DNS::fetch_cpanel_generated_domains',
  since: 120,
  summary: 'List the names that the server adds to the DNS zone of a new domain.',
  description:
    'They are the names of the zone’s template that have an address or are an alias, and the service subdomains.',
  effect: 'reads',
  role: 'DNS',
  params: { domain: { ...zoneParam, required: true, doc: 'A domain of the account that has a zone.' } },
  returns: {
    list: {
      fields: { domain: { type: 'string', doc: 'A name with a final dot, the domain itself first.' } },
    },
  },
  examples: [{ args: { domain: 'bob.example' }, doc: 'The names of bob.example.' }],

  look: (_args, { machine }) => lookAtTemplates(machine, ACCOUNT_TEMPLATES),

  async handler({ domain }, context, templates) {
    const name = readZoneName('domain', domain);
    await assertEditor(context);
    if (!(await owners.mayUse(context.db, context.caller, name))) throw owners.noAccess(name);
    const names = generatedNames(await generatedRecords(context, name, templates));
    return names.map((one) => ({ domain: one }));
  },
});
