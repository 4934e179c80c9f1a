import { defineFunction } from '../../core/define.ts';
import { notFound } from '../../core/errors.ts';
import {
  findKey,
  folderOf,
  hasTool,
  listKeys,
} from '../../capabilities/ssh/driver/ssh-keys/look-ssh-keys.ts';
import { assertUser, keyFile, keyUser } from '../../capabilities/ssh/rules/names.ts';

export default defineFunction({
  name: 'listsshkeys',
  since: 11,
  summary: 'List the SSH keys of root or of an account.',
  description:
    'The keys are the files in the folder “.ssh” that hold one. Symbolic links and files of other users are left out. ' +
    'Without “private” and “public”, private keys are listed.',
  access: 'root',
  effect: 'reads',
  params: {
    files: { ...keyFile, doc: 'Only the key with this file name.' },
    private: {
      type: 'flag',
      doc: 'Whether to list private keys. Default: 1, or 0 if “public” is 1.',
    },
    private_texts: { type: 'flag', default: '1', doc: 'Whether to return the text of private keys.' },
    public: { type: 'flag', doc: 'Whether to list public keys.' },
    public_texts: { type: 'flag', default: '0', doc: 'Whether to return the text of public keys.' },
    sync_authorized: {
      type: 'flag',
      default: '0',
      doc: 'Whether to read again which keys can log in.',
      noEffectReason: 'authorized_keys is read by each call.',
    },
    user: keyUser,
  },
  returns: {
    keys: {
      list: {
        fields: {
          file: { type: 'string', doc: 'The file name.' },
          private: { type: 'flag', doc: '1: a private key. 0: a public key.' },
          authorized: { type: 'flag', doc: 'Whether the key can log in: it is in authorized_keys.' },
          comment: { type: 'string', doc: 'The comment of the public key; empty if there is none.' },
          text: { type: 'string', doc: 'The text of the file; empty if it was not requested.' },
          ctime: {
            type: 'integer',
            doc: 'When the file or its permissions changed last, in seconds since 1970-01-01T00:00:00Z.',
          },
          mtime: {
            type: 'integer',
            doc: 'When the content changed last, in seconds since 1970-01-01T00:00:00Z.',
          },
        },
      },
    },
  },
  list: 'keys',
  columns: ['file', 'private', 'authorized', 'comment'],
  examples: [
    { args: {}, doc: 'List the private keys of root.' },
    { args: { public: '1', public_texts: '1' }, doc: 'List the public keys of root, with their texts.' },
  ],

  async look({ files, user }, context) {
    const { caller, machine, transaction } = context;
    await transaction('reads', (db) => assertUser(db, caller, user));
    const folder = await folderOf(machine, user);
    const isToolHere = await hasTool(context, 'ssh-keygen');
    if (files === undefined) return { found: await listKeys(context, folder), isToolHere };
    const key = await findKey(context, folder, files);
    return { found: key === undefined ? [] : [key], isToolHere };
  },

  async handler(args, { warn }, { found, isToolHere }) {
    if (args.files !== undefined && found.length === 0) {
      throw notFound(`“${args.user}” has no SSH key “${args.files}”.`);
    }
    const isWanted = {
      private: args.private ?? args.public !== true,
      public: args.public ?? args.private === false,
    };
    const listed = found.filter(({ isPrivate }) => (isPrivate ? isWanted.private : isWanted.public));
    for (const { name, fingerprint } of listed) {
      if (fingerprint !== undefined) continue;
      warn(
        isToolHere
          ? `Whether “${name}” can log in is not known: it has a passphrase, an older format, and no file “${name}.pub”.`
          : `Whether “${name}” can log in is not known: ssh-keygen (Debian package openssh-client) is not installed.`,
      );
    }
    return {
      keys: listed.map(({ name, isPrivate, isAuthorized, publicKey, text, facts }) => ({
        file: name,
        private: isPrivate ? 1 : 0,
        authorized: isAuthorized ? 1 : 0,
        comment: publicKey?.comment ?? '',
        text: (isPrivate ? args.private_texts : args.public_texts) ? text : '',
        ctime: Math.floor(facts.changedAt / 1000),
        mtime: Math.floor(facts.modifiedAt / 1000),
      })),
    };
  },
});
