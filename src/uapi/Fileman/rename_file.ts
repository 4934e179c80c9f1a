import { defineUapi } from '../../core/define-uapi.ts';
import { beside } from '../../capabilities/files/rules/destination.ts';
import { absolute, FILES, pathParam } from '../../capabilities/files/rules/names.ts';

export default defineUapi({
  name: 'Fileman::rename_file',
  since: 136,
  summary: 'Rename a file or a directory of the account.',
  description: 'Nothing is replaced.',
  feature: FILES,
  effect: 'calls',
  params: {
    source: pathParam,
    destination: { ...pathParam, doc: 'The new path, in a directory that exists.' },
  },
  returns: {
    fields: {
      src: { type: 'string', doc: 'The former absolute path.' },
      dest: { type: 'string', doc: 'The new absolute path.' },
    },
  },
  examples: [
    { args: { source: 'public_html', destination: 'old_html' }, doc: 'Rename the directory of the website.' },
  ],

  async handler({ source, destination }, { machine, caller, isDryRun }) {
    const files = await machine.userFiles(caller.user);
    const to = beside(source, destination);
    if (!isDryRun) await files.rename(source, to);
    return { src: absolute(files.home, source), dest: absolute(files.home, to) };
  },
});
