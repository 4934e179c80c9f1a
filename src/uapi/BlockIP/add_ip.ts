import { defineUapi } from '../../core/define-uapi.ts';

import { changeAccessFiles } from '../../capabilities/access-files/plans/change-access-files.ts';
import { outerRoots, ownHosts, readAccessFile } from '../../capabilities/access-files/rules/blocks.ts';
import { checkedAddress, withDenied } from '../../capabilities/access-files/rules/denied-addresses.ts';

export default defineUapi({
  name: 'BlockIP::add_ip',
  since: 82,
  summary: 'Block an IP address or a network from the account’s websites.',
  description:
    'This edits .htaccess in the document roots, between two comments. The other lines stay as they are.',

  feature: 'ipdeny',
  role: 'WebServer',
  effect: 'operates',
  params: {
    ip: {
      type: 'string',
      required: true,
      maxLength: 100,
      doc: 'The address, or a network such as 192.0.2.0/24.',
    },
  },
  returns: { list: { type: 'string' }, doc: 'The address or network.' },
  examples: [{ args: { ip: '192.0.2.1' }, doc: 'Block one address.' }],

  async look(_args, context) {
    const { hosts, files } = await ownHosts(context);
    const found = [];
    for (const root of outerRoots(hosts)) found.push(await readAccessFile(files, root));
    return found;
  },
  handler({ ip }, { caller, plan }, found) {
    const address = checkedAddress(ip);
    const changed = found.map(({ path, text }) => ({ path, before: text, after: withDenied(text, address) }));
    plan(changeAccessFiles(caller.user, changed));
    return [address];
  },
});
