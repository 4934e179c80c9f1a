import { defineUapi } from '../../core/define-uapi.ts';
import { badParam } from '../../core/errors.ts';
import { FILES } from '../../capabilities/files/rules/names.ts';

const TRASH = '.trash';

export default defineUapi({
  name: 'Trash::remove',
  since: 136,
  summary: 'Delete a file or a directory in the account’s trash.',
  description:
    'The trash is the directory .trash in the home directory. Fileman::empty_trash deletes all of it.',
  destructive: 'The file cannot be restored any more.',
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
      alreadyGone: { type: 'flag', doc: '1 if the trash does not have it.' },
      removed: { type: 'flag', doc: '1 if it was deleted.' },
    },
  },
  examples: [{ args: { path: 'old.html' }, doc: 'Nothing is deleted if the trash does not have it.' }],

  async handler({ path }, { machine, caller, isDryRun }) {
    const files = await machine.userFiles(caller.user);
    const top = `${files.home}/${TRASH}/`;
    const name = path.startsWith(top) ? path.slice(top.length) : path.replace(/^[.]trash[/]+/, '');
    const parts = name.split('/').filter((part) => part !== '' && part !== '.');
    const [first] = parts;
    // The trash itself, and the note of where its files were.
    if (first === undefined || name.startsWith('/') || ['.trash_restore', TRASH].includes(parts.join('/')))
      throw badParam('The parameter “path” should be the name of a file in the trash.');
    const place = `${TRASH}/${parts.join('/')}`;
    if ((await files.stat(place)) === undefined) return { alreadyGone: 1, removed: 0 };
    if (!isDryRun) await files.remove(place);
    return { alreadyGone: 0, removed: 1 };
  },
});
