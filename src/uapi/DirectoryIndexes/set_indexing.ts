import { setDirectoryIndex } from '../../life/plans/set-directory-index.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { directoryParam } from '../../capabilities/files/rules/names.ts';
import {
  assertConfigurable,
  FEATURE,
  findDirectory,
  indexTypes,
  typeDoc,
} from '../../capabilities/web/rules/directory-indexes.ts';

export default defineUapi({
  name: 'DirectoryIndexes::set_indexing',
  since: 88,
  summary: 'Set how the web server lists the files of a directory that has no index file.',
  description:
    'The setting also applies to the directories in it that have none of their own. It is in the configuration of the ' +
    'virtual hosts, not in .htaccess, because .htaccess cannot contain Options here.',
  feature: FEATURE,
  role: 'WebServer',
  effect: 'operates',
  params: {
    dir: directoryParam,
    type: { type: 'string', required: true, values: indexTypes, doc: typeDoc },
  },
  returns: { type: 'string', doc: 'The type.' },
  examples: [
    {
      args: { dir: 'public_html', type: 'standard' },
      doc: 'Visitors of the main website see the names of its files.',
    },
  ],

  look: ({ dir }, context) => findDirectory(context, dir),

  async handler({ type }, context, path) {
    assertConfigurable(path);
    const account = await accounts.getOwn(context.db, context.caller);
    context.plan(await setDirectoryIndex(context, { account, path, type: type }));
    return type;
  },
});
