import { defineApi2 } from '../../core/define-uapi.ts';
import { DETECT } from '../../capabilities/files/rules/charsets.ts';
import { directoryParam, fileParam, FILES } from '../../capabilities/files/rules/names.ts';
import { readText } from '../../capabilities/files/rules/text.ts';
import { typeOf } from '../../capabilities/files/rules/types.ts';

export default defineApi2({
  name: 'Fileman::viewfile',
  since: null,
  summary: 'Show the text in a file of the account.',
  description:
    'A file can have up to 8 MiB. The text is returned as it is in the file: a program that shows it as HTML must ' +
    'encode it.',
  feature: FILES,
  effect: 'reads',
  params: { dir: directoryParam, file: fileParam },
  returns: {
    fields: {
      contents: { type: 'string', doc: 'The text.', secret: true },
      dir: { type: 'string', doc: 'The directory.' },
      file: { type: 'string', doc: 'The name of the file.' },
      mimetype: { type: 'string', doc: 'Its MIME type, from its name.' },
      mimename: { type: 'string', doc: 'The same with a hyphen: text-html.' },
    },
  },
  examples: [
    {
      args: { dir: 'public_html', file: 'index.html' },
      doc: 'The home page. An error if there is none.',
      fails: 'not_found',
    },
  ],

  async look({ dir, file }, { machine, caller }) {
    return readText(await machine.userFiles(caller.user), { dir, file }, DETECT);
  },
  handler({ file }, _context, { text, directory }) {
    const mimetype = typeOf({ kind: 'file', name: file });
    return [{ contents: text, dir: directory, file, mimetype, mimename: mimetype.replace('/', '-') }];
  },
});
