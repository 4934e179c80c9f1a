import { defineUapi } from '../../core/define-uapi.ts';
import { readSizes } from '../../capabilities/databases/driver/look-database-servers.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { HOW_OLD, lookAtOwnUsage, measuredUsage } from '../../life/rules/own-usage.ts';

const BYTES = 'format_bytes';

const resources = [
  { id: 'disk_usage', resource: 'disk', description: 'Disk space', formatter: BYTES },
  { id: 'filesusage', resource: 'files', description: 'Files and directories', formatter: null },
  { id: 'bandwidth', resource: 'bandwidth', description: 'Bandwidth of this month', formatter: BYTES },
  { id: 'addon_domains', resource: 'addon', description: 'Addon domains', formatter: null },
  { id: 'subdomains', resource: 'sub', description: 'Subdomains', formatter: null },
  { id: 'aliases', resource: 'parked', description: 'Parked domains', formatter: null },
] as const;

export default defineUapi({
  name: 'ResourceUsage::get_usages',
  since: 70,
  summary: 'List what the account uses of its disk space, bandwidth and domains.',
  description: `${HOW_OLD} Bandwidth is counted every five minutes.`,
  effect: 'reads',
  onlyMeasures: true,
  params: {},
  returns: {
    list: {
      fields: {
        id: { type: 'string', doc: 'The resource, for scripts.' },
        description: { type: 'string', doc: 'The resource, for people.' },
        usage: { type: 'integer', doc: 'How much is used: bytes, or a number.' },
        maximum: { type: 'any', doc: 'The limit. null is unlimited.' },
        formatter: { type: 'string|null', doc: '“format_bytes” for bytes. null for a number.' },
        error: { type: 'string|null', doc: 'Always null: if a usage cannot be measured, the call fails.' },
        url: { type: 'string', doc: 'Always empty: the page has no part for one resource.' },
      },
    },
  },
  examples: [{ args: {}, doc: 'The resources.' }],

  look: (_args, context) => lookAtOwnUsage(context, readSizes),

  async handler(_args, context, measured) {
    const account = await accounts.getOwn(context.db, context.caller);
    const usage = await measuredUsage(context, account, measured);
    return resources.map(({ id, resource, description, formatter }) => {
      const { used, max } = usage[resource];
      return { id, description, usage: used, maximum: max, formatter, error: null, url: '' };
    });
  },
});
