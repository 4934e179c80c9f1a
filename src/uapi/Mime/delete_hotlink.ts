import { defineUapi } from '../../core/define-uapi.ts';
import { changeAccessFiles } from '../../capabilities/access-files/plans/change-access-files.ts';
import { edited, ownAccessFiles } from '../../capabilities/access-files/rules/blocks.ts';
import { withoutHotlinks } from '../../capabilities/access-files/rules/hotlinks.ts';

export default defineUapi({
  name: 'Mime::delete_hotlink',
  since: 42,
  summary: 'Let all websites show files of the account’s websites again.',
  description:
    'Only the protection by Mime::add_hotlink is removed. Without one, this does nothing. ' +
    'This edits .htaccess in the document roots, between two comments. The other lines stay as they are.',
  destructive: 'Other websites can show the files.',
  feature: 'hotlink',
  role: 'WebServer',
  effect: 'operates',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Remove the protection.' }],

  look: (_args, context) => ownAccessFiles(context),

  handler(_args, { caller, plan }, files) {
    plan(changeAccessFiles(caller.user, edited(files, withoutHotlinks)));
  },
});
