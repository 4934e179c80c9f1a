import { removeKey } from '../../capabilities/ssh/plans/change-ssh-keys.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam, notFound } from '../../core/errors.ts';
import { findKey, folderOf } from '../../capabilities/ssh/driver/ssh-keys/look-ssh-keys.ts';
import { assertUser, keyFile, keyUser } from '../../capabilities/ssh/rules/names.ts';

export default defineFunction({
  name: 'deletesshkey',
  since: 11,
  summary: 'Delete an SSH key of root or of an account.',
  description: 'It deletes one file. The other half of the pair is a key of its own.',
  destructive: 'The key file is lost. There is no copy of it.',
  access: 'root',
  effect: 'operates',
  params: {
    file: { ...keyFile, required: true, doc: 'The key’s file name.' },
    leave_authorized: {
      type: 'flag',
      default: '1',
      doc: 'Whether the key stays in authorized_keys, so that it can still log in.',
    },
    user: keyUser,
  },
  returns: { file: { type: 'string', doc: 'The file name.' } },
  examples: [
    {
      args: { file: 'id_rsa.pub', leave_authorized: '0' },
      doc: 'Delete a public key of root, which then cannot log in.',
      setUp: [
        {
          command: 'importsshkey',
          args: {
            name: 'id_rsa',
            key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILlxPW20EfQl7QEs5kF8HXG1NRRe6C8qin5xOe9uCFNp bob@example.com',
          },
        },
      ],
    },
  ],

  async look({ file, user }, context) {
    const { caller, machine, transaction } = context;
    await transaction('reads', (db) => assertUser(db, caller, user));
    const folder = await folderOf(machine, user);
    return { folder, key: await findKey(context, folder, file) };
  },

  async handler({ file, leave_authorized, user }, { plan, warn }, { folder, key }) {
    if (key === undefined) throw notFound(`“${user}” has no SSH key “${file}”.`);
    const { fingerprint, isAuthorized } = key;
    if (!leave_authorized && fingerprint === undefined) {
      throw badParam(
        `The key in “${file}” cannot be read, so it cannot be removed from authorized_keys. Use authorizesshkey with its text, or leave_authorized=1.`,
      );
    }
    if (leave_authorized && isAuthorized) {
      warn(`The key can still log in as “${user}”: it is in authorized_keys.`);
    }
    plan(removeKey(folder, file, leave_authorized ? undefined : fingerprint));
    return { file };
  },
});
