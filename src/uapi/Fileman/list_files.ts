import { defineUapi } from '../../core/define-uapi.ts';
import { listDirectory, rowsOf, typesIn, typesParam } from '../../capabilities/files/rules/listing.ts';
import { directoryParam, FILES } from '../../capabilities/files/rules/names.ts';
import { rowFields, TYPES } from '../../capabilities/files/rules/rows.ts';

export default defineUapi({
  name: 'Fileman::list_files',
  since: 44,
  summary: 'List the files of a directory of the account.',
  description:
    'Directories come first, then other files, by name. Files whose names begin with a dot are left out unless ' +
    'show_hidden is 1. Use api.paginate_size and api.paginate_start for a part of a long list.',
  feature: FILES,
  effect: 'reads',
  params: {
    dir: directoryParam,
    types: {
      ...typesParam,
      doc: `Types of files, with “|” between them: ${TYPES.join(', ')}. Default: all.`,
    },
    only_these_files: { type: 'string', doc: 'Comma-separated list of the names to return. Default: all.' },
    limit_to_list: {
      type: 'flag',
      default: 0,
      doc: '1: return only the files in “only_these_files”, even if it is empty.',
    },
    show_hidden: { type: 'flag', default: 0, doc: '1: include files whose names begin with a dot.' },
    check_for_leaf_directories: { type: 'flag', default: 0, doc: '1: add “isleaf” to each directory.' },
    include_mime: { type: 'flag', default: 0, doc: '1: add the MIME type of each file, from its name.' },
    mime_types: {
      type: 'string',
      doc: 'Comma-separated list of the MIME types to return: text-html or text/html.',
    },
    raw_mime_types: { type: 'string', doc: 'The same as “mime_types”.' },
    include_permissions: {
      type: 'flag',
      default: 0,
      doc: '1: add whether the account may read and write each file.',
    },
  },
  returns: { list: { fields: rowFields }, doc: 'The files.' },
  examples: [{ args: { dir: 'public_html' }, doc: 'The files of the main website.' }],

  async look({ dir, ...args }, { machine, caller, warn }) {
    const options = { showsHidden: args.show_hidden, looksForLeaves: args.check_for_leaf_directories };
    return listDirectory(await machine.userFiles(caller.user), dir, options, warn);
  },
  handler({ types, only_these_files: only, limit_to_list: isLimited, ...args }, _context, list) {
    const given = [args.mime_types, args.raw_mime_types].filter((one) => one !== undefined);
    const mimeTypes = given.flatMap((one) => one.split(',').map((type) => type.replace('-', '/')));
    return rowsOf(list, {
      names: only === undefined && !isLimited ? undefined : new Set((only ?? '').split(',')),
      types: typesIn(types),
      mimeTypes: given.length === 0 ? undefined : new Set(mimeTypes),
      hasType: args.include_mime,
      hasPermissions: args.include_permissions,
    });
  },
});
