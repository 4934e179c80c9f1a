import { storeKeys } from '../../capabilities/ssh/plans/change-ssh-keys.ts';
import { defineFunction } from '../../core/define.ts';
import { notFound } from '../../core/errors.ts';
import { findKey, folderOf, toPutty } from '../../capabilities/ssh/driver/ssh-keys/look-ssh-keys.ts';
import { assertUser, keyFile, keyUser, passphrase } from '../../capabilities/ssh/rules/names.ts';

export default defineFunction({
  name: 'convertopensshtoputty',
  since: 32,
  summary: 'Convert a private SSH key to PuTTY’s format.',
  description:
    'The key in PuTTY’s format (PPK version 3) has the same passphrase. It needs puttygen, of the Debian package putty-tools.',
  access: 'root',
  effect: 'operates',
  params: {
    file: { ...keyFile, required: true, doc: 'The private key’s file name.' },
    passphrase,
    keep_file: {
      type: 'flag',
      default: '1',
      doc: 'Whether to also store the result as FILE.ppk. An existing FILE.ppk is replaced. The OpenSSH key always stays.',
    },
    user: keyUser,
  },
  returns: { key: { type: 'string', doc: 'The private key in PuTTY’s format.' } },
  examples: [
    {
      args: { file: 'id_rsa', keep_file: '0' },
      doc: 'Show the private key “id_rsa” of root in PuTTY’s format.',
      fails: 'not_found',
    },
  ],

  async look(args, context) {
    const { caller, machine, transaction } = context;
    const { file, user } = args;
    await transaction('reads', (db) => assertUser(db, caller, user));
    const folder = await folderOf(machine, user);
    const key = await findKey(context, folder, file);
    if (key?.isPrivate !== true) throw notFound(`“${user}” has no private SSH key “${file}”.`);
    return { folder, converted: await toPutty(context, key.text, args.passphrase) };
  },

  async handler({ file, keep_file }, { plan, inform }, { folder, converted }) {
    if (keep_file) {
      const name = `${file}.ppk`;
      plan(storeKeys(folder, [{ name, content: converted, mode: 0o600, former: 'replaced' }]));
      inform(`The key is stored as “${name}”.`);
    }
    return { key: converted };
  },
});
