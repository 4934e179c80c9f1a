import { defineUapi } from '../../core/define-uapi.ts';
import { absolute, FILES } from '../../capabilities/files/rules/names.ts';

export default defineUapi({
  name: 'Fileman::restore_from_trash',
  since: 136,
  summary: 'Move a file or a directory from the trash back to where it was.',
  feature: FILES,
  effect: 'calls',
  params: {
    path: {
      type: 'string',
      required: true,
      doc: 'Its name in the trash, with or without .trash/ before it.',
    },
  },
  returns: {
    fields: {
      path: { type: 'string', doc: 'The absolute path that it has again.' },
      trash_leaf: { type: 'string', doc: 'The name that it had in the trash.' },
    },
  },
  examples: [
    { args: { path: 'old.html' }, doc: 'An error if the trash does not have it.', fails: 'not_found' },
  ],

  async handler({ path }, { machine, caller, isDryRun }) {
    const files = await machine.userFiles(caller.user);
    const name = path.replace(/^(.*[/])?[.]trash[/]/, '');
    if (isDryRun) return { path: absolute(files.home, name), trash_leaf: name };
    return { path: absolute(files.home, await files.restore(name)), trash_leaf: name };
  },
});
