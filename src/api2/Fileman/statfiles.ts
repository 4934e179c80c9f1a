import { defineApi2 } from '../../core/define-uapi.ts';
import { badParam, notFound } from '../../core/errors.ts';
import { absolute, directoryParam, FILES, join } from '../../capabilities/files/rules/names.ts';
import { rowFields, rowOf } from '../../capabilities/files/rules/rows.ts';

const MAX_FILES = 1000;

export default defineApi2({
  name: 'Fileman::statfiles',
  since: null,
  summary: 'Show the type, size, permissions, owner and times of files of the account.',
  feature: FILES,
  effect: 'reads',
  params: {
    dir: directoryParam,
    file: {
      type: 'string',
      required: true,
      maxLength: 100_000,
      doc: `The name of the file in the directory, or up to ${MAX_FILES} names with “|” between them.`,
    },
  },
  returns: {
    fields: {
      ...rowFields,
      user: { type: 'string', doc: 'The owner: the account, or the user ID of another user.' },
      group: { type: 'string', doc: 'The group: the account, or the ID of another group.' },
      mimeinfo: { type: 'string', doc: 'The MIME type, from the name.' },
    },
  },
  examples: [{ args: { dir: '.', file: 'public_html' }, doc: 'The directory of the main website.' }],

  async look({ dir, file }, { machine, caller }) {
    const names = file.split('|');
    if (names.length > MAX_FILES) throw badParam(`The parameter “file” has more than ${MAX_FILES} names.`);
    const files = await machine.userFiles(caller.user);
    const found = [];
    for (const name of names) {
      const path = join(dir, name);
      const one = await files.stat(path);
      if (one === undefined) throw notFound(`“${path}”: No such file or directory.`);
      found.push(one);
    }
    return { found, directory: absolute(files.home, dir), home: await files.stat('') };
  },
  handler(_args, { caller }, { found, directory, home }) {
    return found.map((file) => {
      const { mimetype = '', ...row } = rowOf(file, { directory, hasType: true });
      return {
        ...row,
        mimetype,
        mimeinfo: mimetype,
        user: file.uid === home?.uid ? caller.user : String(file.uid),
        group: file.gid === home?.gid ? caller.user : String(file.gid),
      };
    });
  },
});
