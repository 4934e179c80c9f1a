import { defineApi2 } from '../../core/define-uapi.ts';
import { absolute, FILES, join, permissionsParam } from '../../capabilities/files/rules/names.ts';

export default defineApi2({
  name: 'Fileman::mkdir',
  since: null,
  summary: 'Create a directory of the account.',
  feature: FILES,
  effect: 'calls',
  params: {
    path: { type: 'string', default: '', doc: 'The directory to create it in. Default: the home directory.' },
    name: { type: 'string', required: true, doc: 'Its name.' },
    permissions: { ...permissionsParam, default: '0755' },
  },
  returns: {
    fields: {
      path: { type: 'string', doc: 'The directory that it is in.' },
      name: { type: 'string', doc: 'Its name.' },
      permissions: { type: 'string', doc: 'Its permissions, in octal.' },
    },
  },
  examples: [
    { args: { path: 'public_html', name: 'shop' }, doc: 'Create it in the directory of the website.' },
  ],

  async handler({ path: directory, name, permissions }, { machine, caller, isDryRun }) {
    const files = await machine.userFiles(caller.user);
    const path = join(directory === '' ? files.home : directory, name);
    const mode = parseInt(permissions, 8);
    if (isDryRun) await files.stat(path);
    else await files.makeDirectory(path, mode);
    return [{ path: absolute(files.home, directory), name, permissions }];
  },
});
