import { defineUapi } from '../../core/define-uapi.ts';
import { changeAccessFiles } from '../../capabilities/access-files/plans/change-access-files.ts';
import { edited, ownAccessFiles } from '../../capabilities/access-files/rules/blocks.ts';
import {
  assertHandler,
  extensionParam,
  handlerParam,
  withFileType,
} from '../../capabilities/access-files/rules/file-types.ts';

export default defineUapi({
  name: 'Mime::add_handler',
  since: 42,
  summary: 'Set the handler of files of the account’s websites, by the ends of their names.',
  description:
    'An extension has one handler: this replaces an earlier one of the account. The handler cgi-script runs the files ' +
    'as CGI programs of the account: they must be executable. It is refused if the account has no CGI. ' +
    'This edits .htaccess in the document roots, between two comments. The other lines stay as they are.',
  feature: 'handlers',
  role: 'WebServer',
  effect: 'operates',
  params: {
    handler: { ...handlerParam, required: true, doc: 'The handler.' },
    extension: {
      ...extensionParam,
      required: true,
      doc: 'The extension, or several with spaces between them.',
    },
  },
  returns: null,
  examples: [{ args: { handler: 'cgi-script', extension: '.foo' }, doc: 'Files that end in .foo.' }],

  async look({ handler }, context) {
    await assertHandler(context, handler);
    return ownAccessFiles(context);
  },

  handler({ handler: value, extension }, { caller, plan }, files) {
    const changed = edited(files, (text) => withFileType(text, 'handler', { value, extension }));
    plan(changeAccessFiles(caller.user, changed));
  },
});
