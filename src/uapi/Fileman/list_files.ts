import { defineUapi } from '../../core/define-uapi.ts';
import { absolute, directoryParam, FILES } from '../../model/files/names.ts';
import { rowFields, rowOf, TYPES } from '../../model/files/rows.ts';
import { isLeaf } from '../../model/files/leaves.ts';

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
      type: 'string',
      pattern: { matches: /^\w+([|,]\w+)*$/, expects: 'types with “|” between them, such as dir|file' },
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

  async look(
    { dir, check_for_leaf_directories: checks, show_hidden: showHidden },
    { machine, caller, warn },
  ) {
    const files = await machine.userFiles(caller.user);
    const list = await files.list(dir);
    if (list.isCut) warn(`The directory has more than ${list.total} files. The others are left out.`);
    const shown = list.files.filter(({ name }) => showHidden || !name.startsWith('.'));
    const leaves = new Set<string>();
    if (checks) {
      for (const one of shown) if (await isLeaf(files, dir, one)) leaves.add(one.name);
    }
    return { home: files.home, uid: (await files.stat(''))?.uid, shown, leaves };
  },
  handler(args, _context, { home, uid, shown, leaves }) {
    const { dir, types, only_these_files: only, limit_to_list: isLimited, include_mime: includesMime } = args;
    const names = only === undefined && !isLimited ? undefined : new Set((only ?? '').split(','));
    const wanted = types === undefined ? undefined : new Set(types.split(/[|,]/));
    const given = [args.mime_types, args.raw_mime_types].filter((one) => one !== undefined);
    const mimes =
      given.length === 0
        ? undefined
        : new Set(given.flatMap((one) => one.split(',').map((type) => type.replace('-', '/'))));
    const options = {
      directory: absolute(home, dir),
      uid: args.include_permissions ? uid : undefined,
      hasType: includesMime || mimes !== undefined,
    };
    const rows = shown
      .filter(({ name }) => names === undefined || names.has(name))
      .map((file) => ({
        ...rowOf(file, options),
        ...(args.check_for_leaf_directories && file.kind === 'directory'
          ? { isleaf: leaves.has(file.name) ? (1 as const) : (0 as const) }
          : {}),
      }))
      .filter(
        ({ type, mimetype = '' }) =>
          (wanted?.has(type) ?? true) && (mimes?.has(mimetype.replace('-', '/')) ?? true),
      );
    return [...rows.filter(({ type }) => type === 'dir'), ...rows.filter(({ type }) => type !== 'dir')];
  },
});
