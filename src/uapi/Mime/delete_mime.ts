import { defineUapi } from '../../core/define-uapi.ts';
import { notFound } from '../../core/errors.ts';
import { changeAccessFiles } from '../../capabilities/access-files/plans/change-access-files.ts';
import { edited, ownAccessFiles } from '../../capabilities/access-files/rules/blocks.ts';
import { mimeTypeParam, withoutValue } from '../../capabilities/access-files/rules/file-types.ts';

export default defineUapi({
  name: 'Mime::delete_mime',
  since: 42,
  summary: 'Delete a MIME type that the account has set.',
  description:
    'Only what Mime::add_mime has set is deleted. ' +
    'This edits .htaccess in the document roots, between two comments. The other lines stay as they are.',
  destructive: 'Visitors get these files in the way of the server again.',
  feature: 'mime',
  role: 'WebServer',
  effect: 'operates',
  params: {
    type: { ...mimeTypeParam, required: true, doc: 'The MIME type. All its extensions are removed.' },
  },
  returns: null,
  examples: [{ args: { type: 'application/foo' }, doc: 'An error if it is not set.', fails: 'not_found' }],

  look: (_args, context) => ownAccessFiles(context),

  handler({ type }, { caller, plan }, files) {
    const changed = edited(files, (text) => withoutValue(text, 'mime', type));
    if (changed.every(({ before, after }) => before === after)) {
      throw notFound(
        `The account has not set the MIME type “${type}”. Mime::list_mime lists what it has set.`,
      );
    }
    plan(changeAccessFiles(caller.user, changed));
  },
});
