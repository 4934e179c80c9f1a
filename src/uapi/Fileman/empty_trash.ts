import { defineUapi } from '../../core/define-uapi.ts';
import { FILES } from '../../capabilities/files/rules/names.ts';

const DAY_MS = 86_400_000;

export default defineUapi({
  name: 'Fileman::empty_trash',
  since: 60,
  summary: 'Delete the files in the account’s trash.',
  description: 'The trash is the directory .trash in the home directory.',
  destructive: 'The files in the trash cannot be restored any more.',
  feature: FILES,
  effect: 'calls',
  params: {
    older_than: {
      type: 'integer',
      min: 0,
      max: 36_500,
      default: 0,
      doc: 'Delete only what has been in the trash for more than this number of days. 0: everything.',
    },
  },
  returns: null,
  examples: [{ args: { older_than: '30' }, doc: 'Delete what was put there more than 30 days ago.' }],

  async handler({ older_than: days }, { machine, caller, isDryRun, inform, now }) {
    const files = await machine.userFiles(caller.user);
    if (isDryRun) return;
    // Without a limit, even what is put there at this moment.
    const count = await files.emptyTrash(days === 0 ? Number.MAX_SAFE_INTEGER : now() - days * DAY_MS);
    inform(count === 1 ? '1 file was deleted.' : `${count} files were deleted.`);
  },
});
