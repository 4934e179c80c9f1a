import { changeZones } from '../../capabilities/dns/plans/change-zones.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { ipv4Address, userName } from '../../core/params.ts';
import { lookAtTemplates, lookAtZone } from '../../capabilities/dns/driver/zones/look-zones.ts';
import { readZoneName } from '../../capabilities/dns/rules/changed-zone.ts';
import { newZone } from '../../capabilities/dns/rules/new-zone.ts';
import { zoneParam } from '../../capabilities/dns/rules/record-form.ts';
import { newOwner } from '../../capabilities/dns/rules/new-zone-owner.ts';
import { forceParam } from '../../capabilities/domains/rules/reserved-domains.ts';
import { findTemplate } from '../../capabilities/dns/rules/templates.ts';

export default defineFunction({
  name: 'adddns',
  since: 28,
  summary: 'Create a DNS zone for a domain from a template.',
  description:
    'The zone gets the nameservers of the owner’s reseller, or those set with update_nameservers_config. The zone of ' +
    'an account’s main domain belongs to that account.',
  access: ['create-dns'],
  effect: 'operates',
  role: 'DNS',
  params: {
    domain: { ...zoneParam, required: true, doc: 'The domain.' },
    ip: { ...ipv4Address, required: true, doc: 'The domain’s IPv4 address.' },
    ipv6: { type: 'string', maxLength: 45, doc: 'The domain’s IPv6 address.' },
    template: {
      type: 'string',
      maxLength: 64,
      default: 'standard',
      doc: 'The template: standard, simple, standardvirtualftp, or a file in the folder “zone-templates” of the state directory.',
    },
    trueowner: {
      ...userName,
      completes: 'user',
      doc: 'The account that owns the zone. Default: the caller.',
    },
    force: forceParam,
  },
  emptyIsOmitted: true,
  returns: null,
  examples: [
    {
      args: { domain: 'example.com', ip: '192.0.2.1' },
      doc: 'Create a zone for example.com, owned by root.',
    },
  ],

  async look({ domain, template }, { machine }) {
    const found = await lookAtZone(machine, readZoneName('domain', domain));
    return { found, templates: await lookAtTemplates(machine, [template]) };
  },

  async handler({ domain, ip, ipv6, template: wanted, trueowner, force }, context, { found, templates }) {
    const { plan, reason } = context;
    const name = readZoneName('domain', domain);
    const { username, account } = await newOwner(context, name, { trueowner, force });
    if (found !== undefined) {
      throw badParam(`The DNS zone “${name}” already exists. Change it, or remove it with killdns first.`);
    }
    const nameserversOf = account?.owner ?? username;
    const template = findTemplate(wanted, templates);
    const made = await newZone(context, { name, ip, ipv6, template, account, nameserversOf });
    plan(
      changeZones(
        [{ name, before: null, after: { name, ...made, dnssecPolicy: null } }],
        [{ name, owner: username }],
      ),
    );
    reason(`Added ${name} ok belonging to user ${username}`);
  },
});
