import { defineUapi } from '../../core/define-uapi.ts';
import { directoryParam } from '../../capabilities/files/rules/names.ts';
import { surroundingFields, surroundingsOf } from '../../capabilities/files/rules/surroundings.ts';
import { FEATURE, ofUser, typeDoc } from '../../capabilities/web/rules/directory-indexes.ts';

const stateFields = { index_type: { type: 'string', doc: typeDoc } } as const;

export default defineUapi({
  name: 'DirectoryIndexes::list_directories',
  since: 88,
  summary: 'Show how the web server lists the files of a directory and of those in it.',
  feature: FEATURE,
  role: 'WebServer',
  effect: 'reads',
  params: { dir: directoryParam },
  returns: { fields: surroundingFields(stateFields, 'How its files are listed.') },
  examples: [{ args: { dir: 'public_html' }, doc: 'The main website.' }],

  async look({ dir }, context) {
    const indexes = await context.transaction('reads', (db) => ofUser(db, context.caller.user));
    return surroundingsOf(context, dir, (path, { home }) => ({
      index_type: indexes.get(path.slice(home.length + 1)) ?? 'inherit',
    }));
  },
  handler: (_args, _context, found) => found,
});
