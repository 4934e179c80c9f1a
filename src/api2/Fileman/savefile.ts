import { defineApi2 } from '../../core/define-uapi.ts';
import { directoryParam, fileParam, FILES } from '../../capabilities/files/rules/names.ts';
import { contentParam, writeText } from '../../capabilities/files/rules/text.ts';

export default defineApi2({
  name: 'Fileman::savefile',
  since: null,
  summary: 'Replace the text in a file of the account, or create the file.',
  description:
    'It is saved in UTF-8. It keeps its permissions; a new one gets 0644. The directory must exist.',
  feature: FILES,
  effect: 'calls',
  params: {
    dir: directoryParam,
    filename: fileParam,
    content: { ...contentParam, default: '', doc: 'The text. Default: none, which empties the file.' },
  },
  returns: { fields: { path: { type: 'string', doc: 'The absolute path of the file.' } } },
  examples: [
    {
      args: { dir: 'public_html', filename: 'index.html', content: '<h1>Hello</h1>' },
      doc: 'Write the home page.',
    },
  ],

  async handler({ dir, filename: file, content }, { machine, caller, isDryRun }) {
    const text = { dir, file, content, charset: 'UTF-8', fallsBack: false };
    const { path } = await writeText(await machine.userFiles(caller.user), text, isDryRun);
    return [{ path }];
  },
});
