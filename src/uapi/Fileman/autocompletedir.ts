import { defineUapi } from '../../core/define-uapi.ts';
import { absolute, FILES, split } from '../../capabilities/files/rules/names.ts';

/** More completions help nobody. */
const MAX_COMPLETIONS = 1000;

export default defineUapi({
  name: 'Fileman::autocompletedir',
  since: 54,
  summary: 'List the files and directories of the account whose paths begin with a text.',
  feature: FILES,
  effect: 'reads',
  params: {
    path: {
      type: 'string',
      required: true,
      doc: 'The beginning of a path. Relative to the home directory, or absolute.',
    },
    dirsonly: { type: 'flag', default: 0, doc: '1: list directories only.' },
    list_all: {
      type: 'flag',
      default: 1,
      doc: '1: list everything in the directory if the path ends with a slash. 0: list nothing then.',
    },
    html: {
      type: 'flag',
      default: 1,
      doc: 'Whether to encode names for HTML.',
      noEffectReason: 'Names are returned as they are. A program that shows them as HTML must encode them.',
    },
  },
  returns: {
    list: { fields: { file: { type: 'string', doc: 'A path, in the form of the “path” that was given.' } } },
    doc: 'The paths, by name.',
  },
  examples: [{ args: { path: 'public' }, doc: 'What begins with “public” in the home directory.' }],

  async look({ path }, { machine, caller }) {
    const files = await machine.userFiles(caller.user);
    const { directory } = split(absolute(files.home, `${path}x`));
    // A directory that does not exist has no completions.
    if ((await files.stat(directory)) === undefined) return [];
    return (await files.list(directory)).files;
  },
  handler({ path, dirsonly: onlyDirectories, list_all: listsAll }, _context, files) {
    const at = path.lastIndexOf('/') + 1;
    const [before, beginning] = [path.slice(0, at), path.slice(at)];
    if (beginning === '' && !listsAll) return [];
    return files
      .filter(({ name, kind }) => name.startsWith(beginning) && (!onlyDirectories || kind === 'directory'))
      .slice(0, MAX_COMPLETIONS)
      .map(({ name }) => ({ file: before + name }));
  },
});
