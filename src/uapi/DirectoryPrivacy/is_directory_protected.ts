import { defineUapi } from '../../core/define-uapi.ts';
import {
  dirParam,
  FEATURE,
  lookAtDirectory,
  protectionIn,
  stateFields,
  stateOf,
} from '../../capabilities/access-files/rules/directory-privacy/directories.ts';

export default defineUapi({
  name: 'DirectoryPrivacy::is_directory_protected',
  since: 88,
  summary: 'Show whether visitors need a password for a directory.',
  description:
    'Only the protection by configure_directory_protection is found, and not that of a directory above it.',
  feature: FEATURE,
  role: 'WebServer',
  effect: 'reads',
  params: { dir: dirParam },
  returns: { fields: stateFields },
  examples: [{ args: { dir: 'public_html' }, doc: 'The main website.' }],

  look: ({ dir }, context) => lookAtDirectory(context, dir),
  handler: (_args, _context, { access, users }) => stateOf(protectionIn(access.text), users.path),
});
