import { defineUapi } from '../../core/define-uapi.ts';
import { changeDirectoryPrivacy } from '../../capabilities/access-files/plans/change-directory-privacy.ts';
import {
  dirParam,
  FEATURE,
  foldersOf,
  lookAtDirectory,
  ROOT,
  userParam,
  withUser,
} from '../../capabilities/access-files/rules/directory-privacy/directories.ts';
import { hashed } from '../../capabilities/access-files/rules/directory-privacy/hash.ts';
import { accountApplications } from '../../ground/rules/passwords/account-applications.ts';
import {
  assertStrong,
  password as passwordParam,
  rateFirst,
  withRating,
} from '../../ground/rules/passwords/passwords.ts';

export default defineUapi({
  name: 'DirectoryPrivacy::add_user',
  since: 88,
  summary: 'Add a user who can see a protected directory, or change the password of one.',
  description:
    'The users are in a file below .htpasswds in the home directory, with hashes of their passwords (bcrypt). ' +
    'The directory is protected once configure_directory_protection is called.',
  feature: FEATURE,
  role: 'WebServer',
  effect: 'operates',
  params: {
    dir: dirParam,
    user: userParam,
    password: { ...passwordParam, required: true, doc: 'The password, of up to 72 bytes.' },
  },
  returns: null,
  examples: [
    {
      args: { dir: 'public_html', user: 'ann', password: 'correct horse battery staple 7' },
      doc: 'A visitor of the main website.',
    },
  ],

  async look({ dir, user, password }, context) {
    const directory = await lookAtDirectory(context, dir);
    const [rated, hash] = await Promise.all([
      rateFirst(context, password, [user, context.caller.user]),
      hashed(context, password),
    ]);
    return { ...directory, rated, hash };
  },

  async handler({ user, password }, context, { files, users, rated, hash }) {
    const { caller, plan } = context;
    await assertStrong(
      withRating(context, rated),
      password,
      [user, caller.user],
      accountApplications.htaccess,
    );
    const after = withUser(users.text, user, hash);
    plan(
      changeDirectoryPrivacy({
        ...{ username: caller.user, home: files.home, root: ROOT, folders: foldersOf(files.home, users) },
        files: [{ path: users.path, before: users.text, after }],
      }),
    );
  },
});
