import { defineUapi } from '../../core/define-uapi.ts';
import { notFound } from '../../core/errors.ts';
import { changeAccessFiles } from '../../capabilities/access-files/plans/change-access-files.ts';
import {
  dirParam,
  FEATURE,
  lookAtDirectory,
  userParam,
  usersIn,
  withoutUser,
} from '../../capabilities/access-files/rules/directory-privacy/directories.ts';

export default defineUapi({
  name: 'DirectoryPrivacy::delete_user',
  since: 88,
  summary: 'Delete a user who can see a protected directory.',
  description: 'The directory stays protected.',
  destructive: 'The user can no longer see the directory.',
  feature: FEATURE,
  role: 'WebServer',
  effect: 'operates',
  params: { dir: dirParam, user: userParam },
  returns: null,
  examples: [
    {
      args: { dir: 'public_html', user: 'ann' },
      doc: 'An error if there is no such user.',
      fails: 'not_found',
    },
  ],

  look: ({ dir }, context) => lookAtDirectory(context, dir),

  handler({ user }, { caller, plan }, { users: { path, text }, path: directory }) {
    if (!usersIn(text).includes(user)) throw notFound(`“${directory}” has no user “${user}”.`);
    plan(changeAccessFiles(caller.user, [{ path, before: text, after: withoutUser(text, user) }]));
  },
});
