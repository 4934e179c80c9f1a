import { changeWithFirewall } from '../../changes/lift-firewall-blocks.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { firewallBlocks } from '../../model/brute-force/firewall.ts';
import { addressParam, readRanges } from '../../model/brute-force/records.ts';

export default defineFunction({
  name: 'flush_cphulk_login_history_for_ips',
  since: 50,
  summary: 'Remove the blocks and failed logins of addresses.',
  description:
    'They may log in again at once. An address of IPv6 is let in with the /64 that it was blocked with. The lock of a ' +
    'user goes on, whatever address brought it about.',
  destructive:
    'The failed logins and blocks of the addresses are forgotten: they can try again at once. This cannot be undone.',
  access: 'root',
  effect: 'operates',
  params: { ip: addressParam },
  returns: {
    records_removed: { type: 'integer', doc: 'How many failed logins and blocks were forgotten.' },
    iptable_bans_removed: { type: 'integer', doc: 'How many blocks the firewall lifted.' },
  },
  examples: [{ args: { ip: ['192.0.2.10'] }, doc: 'Let a customer try again who forgot the password.' }],

  look: (_args, context) => firewallBlocks(context),

  async handler({ ip }, context, blocks) {
    const { ranges, failed } = readRanges(ip);
    const problems = Object.values(failed);
    if (problems.length > 0) throw badParam(`${problems.slice(0, 10).join('. ')}.`);
    const { removed, lifted } = await changeWithFirewall(
      context,
      { kind: 'forget', ranges: [...ranges.values()] },
      blocks,
    );
    return { records_removed: removed, iptable_bans_removed: lifted };
  },
});
