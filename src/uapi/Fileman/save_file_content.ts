import { defineUapi } from '../../core/define-uapi.ts';
import { FILES } from '../../capabilities/files/rules/names.ts';
import { contentParam, writeText } from '../../capabilities/files/rules/text.ts';

export default defineUapi({
  name: 'Fileman::save_file_content',
  since: 44,
  summary: 'Replace the text in a file of the account, or create the file.',
  description:
    'The file is replaced at once: until then, and if the call fails, it has its former text. It keeps its permissions; ' +
    'a new one gets 0644. The directory must exist.',
  feature: FILES,
  effect: 'calls',
  params: {
    dir: { type: 'string', default: '', doc: 'The directory. Default: the home directory.' },
    file: { type: 'string', required: true, doc: 'The name of the file, or its path from the directory on.' },
    content: { ...contentParam, default: '', doc: 'The text. Default: none, which empties the file.' },
    from_charset: {
      type: 'string',
      default: 'UTF-8',
      doc: 'The encoding of the text in the call.',
      noEffectReason: 'Calls are always in UTF-8.',
    },
    to_charset: { type: 'string', default: 'UTF-8', doc: 'The encoding of the file: UTF-8, ISO-8859-1.' },
    fallback: {
      type: 'flag',
      default: 1,
      doc: '1: save the file in UTF-8 if its encoding does not have a character of the text. 0: fail.',
    },
  },
  returns: {
    fields: {
      path: { type: 'string', doc: 'The absolute path of the file.' },
      from_charset: { type: 'string', doc: 'The encoding of the text in the call.' },
      to_charset: { type: 'string', doc: 'The encoding of the file.' },
    },
  },
  examples: [
    {
      args: { dir: 'public_html', file: 'index.html', content: '<h1>Hello</h1>' },
      doc: 'Write the home page.',
    },
  ],

  async handler({ dir, file, content, to_charset: wanted, fallback }, { machine, caller, isDryRun, warn }) {
    const text = { dir, file, content, charset: wanted, fallsBack: fallback };
    const { path, charset } = await writeText(await machine.userFiles(caller.user), text, isDryRun);
    if (charset !== wanted)
      warn(`The file is saved in UTF-8, because the encoding “${wanted}” cannot have this text.`);
    return { path, from_charset: 'UTF-8', to_charset: charset };
  },
});
