import { defineUapi } from '../../core/define-uapi.ts';
import { absolute, FILES, pathParam, split } from '../../capabilities/files/rules/names.ts';
import { isLeaf } from '../../capabilities/files/rules/leaves.ts';
import { rowFields, rowOf } from '../../capabilities/files/rules/rows.ts';
import { notFound } from '../../core/errors.ts';

export default defineUapi({
  name: 'Fileman::get_file_information',
  since: 44,
  summary: 'Show the type, size, permissions and times of a file of the account.',
  feature: FILES,
  effect: 'reads',
  params: {
    path: pathParam,
    show_hidden: {
      type: 'flag',
      default: 0,
      doc: 'Whether to find files whose names begin with a dot.',
      noEffectReason: 'A file that is named is always found.',
    },
    check_for_leaf_directories: { type: 'flag', default: 0, doc: '1: add “isleaf” to a directory.' },
    include_mime: { type: 'flag', default: 0, doc: '1: add the MIME type, from the name.' },
    include_permissions: {
      type: 'flag',
      default: 0,
      doc: '1: add whether the account may read and write the file.',
    },
  },
  returns: { fields: rowFields },
  examples: [{ args: { path: 'public_html' }, doc: 'The directory of the main website.' }],

  async look({ path, check_for_leaf_directories: checks }, { machine, caller }) {
    const files = await machine.userFiles(caller.user);
    const file = await files.stat(path);
    if (file === undefined) throw notFound(`“${path}”: No such file or directory.`);
    const fullPath = absolute(files.home, path);
    const leaf =
      checks && file.kind === 'directory' ? await isLeaf(files, split(fullPath).directory, file) : undefined;
    return { file, fullPath, leaf, uid: (await files.stat(''))?.uid };
  },
  handler(
    { include_mime: hasType, include_permissions: permissions },
    _context,
    { file, fullPath, leaf, uid },
  ) {
    const { directory, name } = split(fullPath);
    const row = rowOf({ ...file, name }, { directory, hasType, uid: permissions ? uid : undefined });
    return { ...row, ...(leaf === undefined ? {} : { isleaf: leaf ? (1 as const) : (0 as const) }) };
  },
});
