import { defineUapi } from '../../core/define-uapi.ts';
import { destinationOf } from '../../capabilities/files/rules/destination.ts';
import { absolute, FILES, pathParam } from '../../capabilities/files/rules/names.ts';

export default defineUapi({
  name: 'Fileman::copy_file',
  since: 136,
  summary: 'Copy a file or a directory of the account.',
  description:
    'A directory is copied with its contents. Symbolic links are copied as links. A destination that is a directory gets the copy in it.',
  feature: FILES,
  effect: 'calls',
  params: { source: pathParam, destination: { ...pathParam, doc: 'The path of the copy.' } },
  returns: {
    fields: {
      src: { type: 'string', doc: 'The source’s absolute path.' },
      dest: { type: 'string', doc: 'The absolute path of the copy.' },
    },
  },
  examples: [{ args: { source: 'public_html', destination: 'old_html' }, doc: 'Copy the website.' }],

  async handler({ source, destination }, { machine, caller, isDryRun }) {
    const files = await machine.userFiles(caller.user);
    const to = await destinationOf(files, source, destination);
    if (!isDryRun) await files.copy(source, to);
    return { src: absolute(files.home, source), dest: absolute(files.home, to) };
  },
});
