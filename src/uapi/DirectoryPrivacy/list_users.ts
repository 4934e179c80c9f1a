import { defineUapi } from '../../core/define-uapi.ts';
import {
  dirParam,
  FEATURE,
  lookAtDirectory,
  usersIn,
} from '../../capabilities/access-files/rules/directory-privacy/directories.ts';

export default defineUapi({
  name: 'DirectoryPrivacy::list_users',
  since: 88,
  summary: 'List the users who can see a protected directory.',
  feature: FEATURE,
  role: 'WebServer',
  effect: 'reads',
  params: { dir: dirParam },
  returns: { list: { type: 'string' }, doc: 'Their names.' },
  examples: [{ args: { dir: 'public_html' }, doc: 'The users of the main website.' }],

  look: ({ dir }, context) => lookAtDirectory(context, dir),
  handler: (_args, _context, { users }) => usersIn(users.text),
});
