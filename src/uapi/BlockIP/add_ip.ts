import { defineUapi } from '../../core/define-uapi.ts';
import { changeAccessFiles } from '../../capabilities/access-files/plans/change-access-files.ts';
import { edited, ownAccessFiles } from '../../capabilities/access-files/rules/blocks.ts';
import {
  addressParam,
  checkedAddress,
  withDenied,
} from '../../capabilities/access-files/rules/denied-addresses.ts';

export default defineUapi({
  name: 'BlockIP::add_ip',
  since: 82,
  summary: 'Block an IP address or a network from the account’s websites.',
  description:
    'This edits .htaccess in the document roots, between two comments. The other lines stay as they are.',

  feature: 'ipdeny',
  role: 'WebServer',
  effect: 'operates',
  params: { ip: addressParam },
  returns: { list: { type: 'string' }, doc: 'The address or network.' },
  examples: [{ args: { ip: '192.0.2.1' }, doc: 'Block one address.' }],

  look: (_args, context) => ownAccessFiles(context),
  handler({ ip }, { caller, plan }, found) {
    const address = checkedAddress(ip);
    plan(
      changeAccessFiles(
        caller.user,
        edited(found, (text) => withDenied(text, address)),
      ),
    );
    return [address];
  },
});
