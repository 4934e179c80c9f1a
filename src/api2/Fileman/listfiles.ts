import { defineApi2 } from '../../core/define-uapi.ts';
import { listDirectory, rowsOf, typesIn, typesParam } from '../../capabilities/files/rules/listing.ts';
import { FILES, join } from '../../capabilities/files/rules/names.ts';
import { rowFields, TYPES } from '../../capabilities/files/rules/rows.ts';

export default defineApi2({
  name: 'Fileman::listfiles',
  since: null,
  summary: 'List the files of a directory of the account.',
  description: 'Directories come first, then other files, by name.',
  feature: FILES,
  effect: 'reads',
  params: {
    dir: { type: 'string', default: '', doc: 'The directory. Default: the home directory.' },
    filepath: { type: 'string', default: '', doc: 'A directory below it. Default: “dir” itself.' },
    filelist: { type: 'string', doc: 'The names to return, with “|” or commas between them. Default: all.' },
    types: {
      ...typesParam,
      doc: `Types of files, with “|” between them: ${TYPES.join(', ')}. Default: all.`,
    },
    showdotfiles: { type: 'flag', default: 0, doc: '1: include files whose names begin with a dot.' },
    checkleaf: { type: 'flag', default: 0, doc: '1: add “isleaf” to each directory.' },
    needmime: { type: 'flag', default: 0, doc: '1: add the MIME type of each file, from its name.' },
  },
  returns: { fields: rowFields },
  examples: [{ args: { dir: 'public_html' }, doc: 'The files of the main website.' }],

  async look({ dir, filepath, ...args }, { machine, caller, warn }) {
    const options = { showsHidden: args.showdotfiles, looksForLeaves: args.checkleaf };
    return listDirectory(await machine.userFiles(caller.user), join(dir, filepath), options, warn);
  },
  handler({ types, filelist, needmime: hasType }, _context, list) {
    const names = filelist === undefined ? undefined : new Set(filelist.split(/[|,]/));
    return rowsOf(list, {
      names,
      types: typesIn(types),
      mimeTypes: undefined,
      hasType,
      hasPermissions: false,
    });
  },
});
