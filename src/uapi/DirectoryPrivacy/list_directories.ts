import { defineUapi } from '../../core/define-uapi.ts';
import { dirParam, FEATURE, stateFields, surroundingsOf } from '../../model/directory-privacy/directories.ts';

const directory = {
  fields: {
    path: { type: 'string', doc: 'The absolute path.' },
    state: { fields: stateFields, doc: 'Whether it is protected.' },
  },
} as const;

export default defineUapi({
  name: 'DirectoryPrivacy::list_directories',
  since: 88,
  summary: 'Show which directories in a directory are protected by passwords.',
  description: 'Only the protection by configure_directory_protection is found.',
  feature: FEATURE,
  role: 'WebServer',
  effect: 'reads',
  params: { dir: dirParam },
  returns: {
    fields: {
      current: { ...directory, doc: 'The directory itself.' },
      home: { ...directory, doc: 'The home directory.' },
      parent: { ...directory, doc: 'The directory above it. Of the home directory: itself.' },
      children: { list: directory, doc: 'The directories in it, at most 1000.' },
    },
  },
  examples: [{ args: { dir: 'public_html' }, doc: 'The main website.' }],

  look: ({ dir }, context) => surroundingsOf(context, dir),
  handler: (_args, _context, found) => found,
});
