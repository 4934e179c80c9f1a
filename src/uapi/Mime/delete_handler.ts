import { defineUapi } from '../../core/define-uapi.ts';
import { notFound } from '../../core/errors.ts';
import { changeAccessFiles } from '../../capabilities/access-files/plans/change-access-files.ts';
import { edited, ownAccessFiles } from '../../capabilities/access-files/rules/blocks.ts';
import { extensionParam, withoutExtension } from '../../capabilities/access-files/rules/file-types.ts';

export default defineUapi({
  name: 'Mime::delete_handler',
  since: 42,
  summary: 'Delete a handler that the account has set.',
  description:
    'Only what Mime::add_handler has set is deleted. ' +
    'This edits .htaccess in the document roots, between two comments. The other lines stay as they are.',
  destructive: 'Visitors get these files in the way of the server again.',
  feature: 'handlers',
  role: 'WebServer',
  effect: 'operates',
  params: { extension: { ...extensionParam, required: true, doc: 'The extension.' } },
  returns: null,
  examples: [{ args: { extension: '.foo' }, doc: 'An error if it is not set.', fails: 'not_found' }],

  look: (_args, context) => ownAccessFiles(context),

  handler({ extension }, { caller, plan }, files) {
    const changed = edited(files, (text) => withoutExtension(text, 'handler', extension));
    if (changed.every(({ before, after }) => before === after)) {
      throw notFound(
        `The account has not set a handler for “${extension}”. Mime::list_handlers lists what it has set.`,
      );
    }
    plan(changeAccessFiles(caller.user, changed));
  },
});
