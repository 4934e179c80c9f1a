import { defineUapi } from '../../core/define-uapi.ts';
import { notFound } from '../../core/errors.ts';
import { absolute, FILES, pathParam, split } from '../../capabilities/files/rules/names.ts';

export default defineUapi({
  name: 'Fileman::trash_file',
  since: 136,
  summary: 'Move a file or a directory of the account to the trash.',
  description: 'restore_from_trash moves it back, until the trash is emptied.',
  feature: FILES,
  effect: 'calls',
  params: { path: pathParam },
  returns: {
    fields: {
      path: { type: 'string', doc: 'The former absolute path.' },
      trash_leaf: { type: 'string', doc: 'Its name in the trash.' },
    },
  },
  examples: [
    { args: { path: 'public_html/old.html' }, doc: 'An error if there is no such file.', fails: 'not_found' },
  ],

  async handler({ path }, { machine, caller, isDryRun }) {
    const files = await machine.userFiles(caller.user);
    if ((await files.stat(path)) === undefined) throw notFound(`“${path}”: No such file or directory.`);
    const full = absolute(files.home, path);
    return { path: full, trash_leaf: isDryRun ? split(full).name : await files.trash(path) };
  },
});
