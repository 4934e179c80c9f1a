import { defineUapi } from '../../core/define-uapi.ts';
import {
  dirParam,
  FEATURE,
  protectionOf,
  stateFields,
} from '../../capabilities/access-files/rules/directory-privacy/directories.ts';
import { surroundingFields, surroundingsOf } from '../../capabilities/files/rules/surroundings.ts';

export default defineUapi({
  name: 'DirectoryPrivacy::list_directories',
  since: 88,
  summary: 'Show which directories in a directory are protected by passwords.',
  description: 'Only the protection by configure_directory_protection is found.',
  feature: FEATURE,
  role: 'WebServer',
  effect: 'reads',
  params: { dir: dirParam },
  returns: { fields: surroundingFields(stateFields, 'Whether it is protected.') },
  examples: [{ args: { dir: 'public_html' }, doc: 'The main website.' }],

  look: ({ dir }, context) => surroundingsOf(context, dir, protectionOf),
  handler: (_args, _context, found) => found,
});
