import { defineUapi } from '../../core/define-uapi.ts';
import { badParam } from '../../core/errors.ts';
import { changeAccessFiles } from '../../capabilities/access-files/plans/change-access-files.ts';
import { changeDirectoryPrivacy } from '../../capabilities/access-files/plans/change-directory-privacy.ts';
import {
  dirParam,
  FEATURE,
  foldersOf,
  isQuotable,
  lookAtDirectory,
  protectionIn,
  ROOT,
  stateFields,
  stateOf,
  withoutProtection,
  withProtection,
} from '../../capabilities/access-files/rules/directory-privacy/directories.ts';

export default defineUapi({
  name: 'DirectoryPrivacy::configure_directory_protection',
  since: 88,
  summary: 'Require a password of visitors of a directory, or no longer.',
  description:
    'This edits .htaccess in the directory, between two comments. The other lines stay as they are. Without users ' +
    '(add_user), nobody can see the directory. They stay when the protection is removed.',
  feature: FEATURE,
  role: 'WebServer',
  effect: 'operates',
  params: {
    dir: dirParam,
    enabled: { type: 'flag', required: true, doc: '1: require a password. 0: no longer.' },
    authname: {
      type: 'string',
      default: '',
      maxLength: 200,
      doc: 'The name that browsers show. Required with enabled=1.',
    },
  },
  returns: { fields: stateFields },
  examples: [
    {
      args: { dir: 'public_html', enabled: '1', authname: 'Members only' },
      doc: 'Protect the main website.',
    },
  ],

  look: ({ dir }, context) => lookAtDirectory(context, dir),

  handler({ enabled, authname }, { caller, plan }, { files, access, users }) {
    const { path, text: before } = access;
    const answer = (text: string) => () => stateOf(protectionIn(text), users.path);
    if (!enabled) {
      const after = withoutProtection(before);
      plan(changeAccessFiles(caller.user, [{ path, before, after }]), answer(after));
      return answer(after)();
    }
    if (!isQuotable(authname)) {
      throw badParam('The parameter “authname” should be a name without quotes, backslashes, “$” and “%”.');
    }
    const after = withProtection(before, authname, users.path);
    plan(
      changeDirectoryPrivacy({
        ...{ username: caller.user, home: files.home, root: ROOT, folders: foldersOf(files.home, users) },
        // The file must exist.
        files: [
          { path: users.path, before: users.text, after: users.text === '' ? '\n' : users.text },
          { path, before, after },
        ],
      }),
      answer(after),
    );
    return answer(after)();
  },
});
