import { defineUapi } from '../../core/define-uapi.ts';
import { DETECT, LOCALE } from '../../capabilities/files/rules/charsets.ts';
import { directoryParam, fileParam, FILES } from '../../capabilities/files/rules/names.ts';
import { readText } from '../../capabilities/files/rules/text.ts';

export default defineUapi({
  name: 'Fileman::get_file_content',
  since: 44,
  summary: 'Show the text in a file of the account.',
  description: 'A file can have up to 8 MiB. Fetch larger ones with SFTP.',
  feature: FILES,
  effect: 'reads',
  params: {
    dir: directoryParam,
    file: fileParam,
    from_charset: {
      type: 'string',
      default: DETECT,
      doc: `The encoding of the file: UTF-8, ISO-8859-1. ${DETECT}: UTF-8 if it is valid, otherwise windows-1252.`,
    },
    to_charset: {
      type: 'string',
      default: LOCALE,
      doc: 'The encoding of the response.',
      noEffectReason: 'Responses are always in UTF-8.',
    },
    update_html_document_encoding: {
      type: 'flag',
      default: 1,
      doc: 'Whether to change the encoding that an HTML document names.',
      noEffectReason: 'The text is returned as it is in the file.',
    },
  },
  returns: {
    fields: {
      // It may be a private key, or the configuration of an application with its passwords.
      content: { type: 'string', doc: 'The text.', secret: true },
      dir: { type: 'string', doc: 'The directory.' },
      filename: { type: 'string', doc: 'The name of the file.' },
      path: { type: 'string', doc: 'Its absolute path.' },
      from_charset: { type: 'string', doc: 'The encoding of the file.' },
      from_char: { type: 'string', doc: 'The same as “from_charset”.' },
      to_charset: { type: 'string', doc: 'The encoding of the response: UTF-8.' },
      to_char: { type: 'string', doc: 'The same as “to_charset”.' },
    },
  },
  examples: [
    {
      args: { dir: 'public_html', file: 'index.html' },
      doc: 'The home page. An error if there is none.',
      fails: 'not_found',
    },
  ],

  async look({ dir, file, from_charset: charset }, { machine, caller }) {
    return readText(await machine.userFiles(caller.user), { dir, file }, charset);
  },
  handler({ file }, _context, { text, charset, path, directory }) {
    return {
      content: text,
      dir: directory,
      filename: file,
      path,
      ...{ from_charset: charset, from_char: charset },
      ...{ to_charset: 'UTF-8', to_char: 'UTF-8' },
    };
  },
});
