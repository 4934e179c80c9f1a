import { defineUapi } from '../../core/define-uapi.ts';
import { changeAccessFiles } from '../../capabilities/access-files/plans/change-access-files.ts';
import { edited, ownAccessFiles } from '../../capabilities/access-files/rules/blocks.ts';
import {
  extensionParam,
  mimeTypeParam,
  withFileType,
} from '../../capabilities/access-files/rules/file-types.ts';

export default defineUapi({
  name: 'Mime::add_mime',
  since: 42,
  summary: 'Set the MIME type of files of the account’s websites, by the ends of their names.',
  description:
    'An extension has one MIME type: this replaces an earlier one of the account. ' +
    'This edits .htaccess in the document roots, between two comments. The other lines stay as they are.',
  feature: 'mime',
  role: 'WebServer',
  effect: 'operates',
  params: {
    type: { ...mimeTypeParam, required: true, doc: 'The MIME type.' },
    extension: {
      ...extensionParam,
      required: true,
      doc: 'The extension, or several with spaces between them.',
    },
  },
  returns: null,
  examples: [{ args: { type: 'application/foo', extension: '.foo' }, doc: 'Files that end in .foo.' }],

  look: (_args, context) => ownAccessFiles(context),

  handler({ type: value, extension }, { caller, plan }, files) {
    const changed = edited(files, (text) => withFileType(text, 'mime', { value, extension }));
    plan(changeAccessFiles(caller.user, changed));
  },
});
