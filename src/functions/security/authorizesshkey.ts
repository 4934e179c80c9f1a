import { authorizeKey, stopKey } from '../../capabilities/ssh/plans/change-ssh-keys.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam, notFound } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import {
  findBadOption,
  findKey,
  fingerprintBy,
  fingerprintOf,
  folderOf,
  hasTool,
  lineOf,
  publicKeyIn,
} from '../../capabilities/ssh/driver/ssh-keys/look-ssh-keys.ts';
import { assertUser, keyFile, keyUser } from '../../capabilities/ssh/rules/names.ts';

export default defineFunction({
  name: 'authorizesshkey',
  since: 11,
  summary: 'Allow or forbid logins of root or of an account with an SSH key.',
  description:
    'The key is added to authorized_keys, or removed from it. The other lines of the file are kept. Pass the name of the ' +
    'public key’s file, its text, or both: the text is used if there is no such file.',
  access: 'root',
  effect: 'operates',
  params: {
    file: {
      ...keyFile,
      alias: ['name'],
      doc: 'The name of the public key’s file in the folder “.ssh”.',
    },
    text: {
      type: 'string',
      multiline: true,
      maxLength: 32_768,
      doc: 'The public key’s text: its type, the key and a comment.',
    },
    authorize: { type: 'flag', required: true, doc: '1: the key can log in. 0: it cannot.' },
    options: {
      type: 'string',
      doc: 'Options for the key in authorized_keys, separated by commas; see sshd(8). Default: as they are, or none.',
    },
    user: keyUser,
  },
  oneOf: { count: 'at least', of: ['file', 'text'] },
  returns: {
    authorized: { type: 'flag', doc: 'Whether the key can log in now.' },
    file: { type: 'string', doc: 'The file name that was passed; empty if there was none.' },
  },
  examples: [
    {
      args: {
        text: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILlxPW20EfQl7QEs5kF8HXG1NRRe6C8qin5xOe9uCFNp bob@example.com',
        authorize: '1',
        options: 'from="192.0.2.0/24",no-pty',
      },
      doc: 'Let a key log in as root from one network, without a terminal.',
    },
  ],

  async look({ file, text, user }, context) {
    const { caller, machine, transaction } = context;
    await transaction('reads', (db) => assertUser(db, caller, user));
    const folder = await folderOf(machine, user);
    const stored = file === undefined ? undefined : await findKey(context, folder, file);
    const given = text === undefined ? undefined : publicKeyIn(text);
    const key = stored?.publicKey ?? given;
    const isToolHere = await hasTool(context, 'ssh-keygen');
    const isSound =
      key === undefined || !isToolHere || (await fingerprintBy(context, `${lineOf(key)}\n`)) !== undefined;
    return { folder, stored, given, key, isSound };
  },

  async handler({ file, text, authorize, options, user }, context, found) {
    const { plan, inform, reason } = context;
    const { folder, stored, given, key, isSound } = found;
    if (text !== undefined && given === undefined) {
      throw badParam(
        'The parameter “text” should be one public key, such as “ssh-ed25519 AAAA… comment”, without options before it.',
      );
    }
    if (key === undefined) throw notFound(`“${user}” has no public SSH key “${file}”.`);
    if (stored !== undefined && given !== undefined && stored.fingerprint !== fingerprintOf(given)) {
      throw badParam(
        `The file “${stored.name}” has a different key from the parameter “text”. Pass only one of them.`,
      );
    }
    if (!isSound) throw badParam('This is not a valid public key: ssh-keygen refuses it.');
    const bad = options === undefined || options === '' ? undefined : findBadOption(options);
    if (bad !== undefined) {
      throw badParam(
        `The parameter “options” has an option that sshd does not know: ${quote(bad)}. See sshd(8).`,
      );
    }
    if (!authorize && options !== undefined) {
      throw badParam(
        'The parameter “options” is for a key that can log in: pass authorize=1, or no options.',
      );
    }
    plan(authorize ? authorizeKey(folder, key, options) : stopKey(folder, fingerprintOf(key)));
    inform(`The fingerprint of the key is ${fingerprintOf(key)}.`);
    reason(authorize ? `The key can log in as “${user}”.` : `The key cannot log in as “${user}”.`);
    return { authorized: authorize ? 1 : 0, file: file ?? '' };
  },
});
