import { defineUapi } from '../../core/define-uapi.ts';
import { notFound } from '../../core/errors.ts';
import { changeAccessFiles } from '../../capabilities/access-files/plans/change-access-files.ts';
import { edited, ownAccessFiles } from '../../capabilities/access-files/rules/blocks.ts';
import {
  addressParam,
  checkedAddress,
  deniedIn,
  withoutDenied,
} from '../../capabilities/access-files/rules/denied-addresses.ts';

export default defineUapi({
  name: 'BlockIP::remove_ip',
  since: 82,
  summary: 'Remove an IP address or a network from those that the account’s websites block.',
  description:
    'This edits .htaccess in the document roots, between two comments. The other lines stay as they are.',
  destructive: 'The address can see the websites again.',
  feature: 'ipdeny',
  role: 'WebServer',
  effect: 'operates',
  params: { ip: addressParam },
  returns: { list: { type: 'string' }, doc: 'The address or network.' },
  examples: [{ args: { ip: '192.0.2.1' }, doc: 'An error if it is not blocked.', fails: 'not_found' }],

  look: (_args, context) => ownAccessFiles(context),
  handler({ ip }, { caller, plan }, found) {
    const address = checkedAddress(ip);
    if (!found.some(({ text }) => deniedIn(text).includes(address)))
      throw notFound(`“${address}” is not blocked.`);
    plan(
      changeAccessFiles(
        caller.user,
        edited(found, (text) => withoutDenied(text, address)),
      ),
    );
    return [address];
  },
});
