import { defineUapi } from '../../core/define-uapi.ts';
import { notFound } from '../../core/errors.ts';
import { absolute, FILES, pathParam } from '../../capabilities/files/rules/names.ts';

export default defineUapi({
  name: 'Fileman::delete_file',
  since: 136,
  summary: 'Delete a file or a directory of the account.',
  description: 'A directory is deleted with its contents. Use trash_file to be able to restore it.',
  destructive: 'The file, or the directory with everything in it, is lost.',
  feature: FILES,
  effect: 'calls',
  params: { path: pathParam },
  returns: { fields: { path: { type: 'string', doc: 'The absolute path.' } } },
  examples: [
    { args: { path: 'public_html/old.html' }, doc: 'An error if there is no such file.', fails: 'not_found' },
  ],

  async handler({ path }, { machine, caller, isDryRun }) {
    const files = await machine.userFiles(caller.user);
    if ((await files.stat(path)) === undefined) throw notFound(`“${path}”: No such file or directory.`);
    if (!isDryRun) await files.remove(path);
    return { path: absolute(files.home, path) };
  },
});
