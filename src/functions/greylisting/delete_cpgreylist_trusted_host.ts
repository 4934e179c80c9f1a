import { defineFunction } from '../../core/define.ts';
import { changeGreylist } from '../../capabilities/mail/plans/change-greylist.ts';
import { hostParam, notAHost } from '../../capabilities/mail/rules/greylisting/form.ts';
import { list, readHost } from '../../capabilities/mail/rules/greylisting/trusted-hosts.ts';

export default defineFunction({
  name: 'delete_cpgreylist_trusted_host',
  since: 50,
  summary: 'Remove hosts from those whose mail greylisting never defers.',
  description: 'A network or a range can only be removed as a whole.',
  destructive: 'The hosts are removed, with their comments.',
  access: 'root',
  effect: 'operates',
  params: { ip: hostParam },
  returns: {
    ips_failed: { map: { type: 'string' }, keys: 'IP', doc: 'Why others were not removed.' },
    ips_removed: { list: { type: 'string' }, doc: 'The hosts that were removed.' },
  },
  examples: [
    {
      args: { ip: ['192.0.2.10'] },
      doc: 'Remove an address.',
      setUp: [{ command: 'create_cpgreylist_trusted_host', args: { ip: '192.0.2.10' } }],
    },
  ],

  async handler({ ip }, context) {
    const known = new Set((await list(context.db)).map(({ host }) => host));
    const removed: string[] = [];
    const failed: Record<string, string> = {};
    for (const text of ip) {
      const host = readHost(text);
      if (host === undefined) failed[text] = notAHost(text);
      else if (!known.has(host)) failed[text] = `“${host}” is not a trusted host.`;
      else if (!removed.includes(host)) removed.push(host);
    }
    context.plan(await changeGreylist(context, { untrusted: removed }));
    return { ips_failed: failed, ips_removed: removed };
  },
});
