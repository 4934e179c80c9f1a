import { storeKeys } from '../../capabilities/ssh/plans/change-ssh-keys.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import {
  fingerprintBy,
  fingerprintOf,
  folderOf,
  hasTool,
  isTaken,
  lineOf,
  privateKeyIn,
  publicHalfOf,
  publicKeyIn,
} from '../../capabilities/ssh/driver/ssh-keys/look-ssh-keys.ts';
import { assertUser, isNameOfKey, keyFile, keyUser, passphrase } from '../../capabilities/ssh/rules/names.ts';

export default defineFunction({
  name: 'importsshkey',
  since: 11,
  summary: 'Import an SSH key for root or for an account.',
  description:
    'A private key is stored as NAME, its public half as NAME.pub. A public key is stored as NAME.pub. A private key keeps ' +
    'its passphrase. The key cannot log in until authorizesshkey allows it.',
  access: 'root',
  effect: 'operates',
  params: {
    name: { ...keyFile, required: true, doc: 'The name of the file to store it in.' },
    key: {
      type: 'string',
      required: true,
      sensitive: true,
      multiline: true,
      maxLength: 32_768,
      doc: 'The key’s text: a private key in a format of OpenSSH, or a public key. Best passed with --file key=PATH.',
    },
    passphrase,
    extract_private: {
      type: 'flag',
      doc: 'Whether to store the private key of the text. Default: 1 if it has one.',
    },
    extract_public: {
      type: 'flag',
      doc: 'Whether to store the public key of the text, or of its private key. Default: 1 if that is possible.',
    },
    user: keyUser,
  },
  returns: null,
  examples: [
    {
      args: {
        name: 'bob',
        key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAILlxPW20EfQl7QEs5kF8HXG1NRRe6C8qin5xOe9uCFNp bob@example.com',
      },
      doc: 'Import a public key for root, as “bob.pub”.',
    },
  ],

  async look(args, context) {
    const { caller, machine, transaction } = context;
    const { key, user, extract_private, extract_public } = args;
    await transaction('reads', (db) => assertUser(db, caller, user));
    const name = args.name.replace(/\.pub$/, '');
    if (!isNameOfKey(name))
      throw badParam(`The name “${name}” means something else to OpenSSH. Use another one.`);
    const privateKey = privateKeyIn(key);
    if (extract_private === true && privateKey === undefined) {
      throw badParam('The parameter “key” has no private key.');
    }
    const keepsPrivate = privateKey !== undefined && extract_private !== false;
    const half =
      privateKey === undefined
        ? undefined
        : await publicHalfOf(context, privateKey, args.passphrase).catch(async (error: unknown) => {
            // OpenSSH's own format can be recognised as a key even without its passphrase.
            const isNeeded = extract_public === true || args.passphrase !== '';
            if (isNeeded || (await fingerprintBy(context, privateKey)) === undefined) throw error;
            return undefined;
          });
    const given = privateKey === undefined ? publicKeyIn(key) : undefined;
    if (privateKey === undefined && given === undefined) {
      throw badParam(
        'The parameter “key” should be a private key in a format of OpenSSH, or one public key, such as “ssh-ed25519 AAAA… comment”.',
      );
    }
    if (given !== undefined && (await hasTool(context, 'ssh-keygen'))) {
      if ((await fingerprintBy(context, `${lineOf(given)}\n`)) === undefined) {
        throw badParam('This is not a valid public key: ssh-keygen refuses it.');
      }
    }
    const publicKey = extract_public === false ? undefined : (half ?? given);
    const files = [
      ...(keepsPrivate ? [{ name, content: privateKey, mode: 0o600 }] : []),
      ...(publicKey === undefined
        ? []
        : [{ name: `${name}.pub`, content: `${lineOf(publicKey)}\n`, mode: 0o644 }]),
    ];
    const folder = await folderOf(machine, user);
    const present: string[] = [];
    for (const file of files) if (await isTaken(context, folder, file.name)) present.push(file.name);
    const isHalfMissing = privateKey !== undefined && half === undefined;
    return { folder, files, present, publicKey, isHalfMissing };
  },

  async handler({ user }, { plan, inform, warn }, { folder, files, present, publicKey, isHalfMissing }) {
    if (files.length === 0) {
      throw badParam('Nothing would be stored: pass extract_private=1, extract_public=1 or neither of them.');
    }
    const [taken] = present;
    if (taken !== undefined) {
      throw badParam(
        `“${user}” already has the file “${taken}”. Delete it with deletesshkey, or use another name.`,
      );
    }
    if (isHalfMissing) {
      warn('The public key was not stored, because the private key has a passphrase. Pass it to store both.');
    }
    plan(storeKeys(folder, files));
    if (publicKey !== undefined) inform(`The fingerprint of the key is ${fingerprintOf(publicKey)}.`);
  },
});
