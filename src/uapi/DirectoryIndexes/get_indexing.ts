import { defineUapi } from '../../core/define-uapi.ts';
import { directoryParam } from '../../capabilities/files/rules/names.ts';
import { FEATURE, findDirectory, ofUser, typeDoc } from '../../capabilities/web/rules/directory-indexes.ts';

export default defineUapi({
  name: 'DirectoryIndexes::get_indexing',
  since: 88,
  summary: 'Show how the web server lists the files of a directory that has no index file.',
  feature: FEATURE,
  role: 'WebServer',
  effect: 'reads',
  params: { dir: directoryParam },
  returns: { type: 'string', doc: typeDoc },
  examples: [{ args: { dir: 'public_html' }, doc: 'The main website.' }],

  look: ({ dir }, context) => findDirectory(context, dir),
  handler: async (_args, { db, caller }, path) => (await ofUser(db, caller.user)).get(path) ?? 'inherit',
});
