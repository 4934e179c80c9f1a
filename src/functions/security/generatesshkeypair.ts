import { storeKeys } from '../../capabilities/ssh/plans/change-ssh-keys.ts';
import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import {
  fingerprintOf,
  folderOf,
  generatePair,
  isTaken,
  lineOf,
} from '../../capabilities/ssh/driver/ssh-keys/look-ssh-keys.ts';
import { assertStrong, rateFirst } from '../../ground/rules/passwords/passwords.ts';
import { assertUser, isNameOfKey, keyFile, keyUser, passphrase } from '../../capabilities/ssh/rules/names.ts';

const DEFAULT_RSA_BITS = '4096';

export default defineFunction({
  name: 'generatesshkeypair',
  since: 32,
  summary: 'Generate an SSH key pair for root or for an account.',
  description:
    'The private key is NAME in the folder “.ssh”, the public one NAME.pub. The pair cannot log in until authorizesshkey ' +
    'allows it.',
  access: 'root',
  effect: 'operates',
  params: {
    name: { ...keyFile, default: 'id_rsa', doc: 'The name of the private key’s file.' },
    algorithm: {
      type: 'string',
      values: ['rsa2', 'dsa', 'ed25519'],
      default: 'rsa2',
      doc: 'The kind of key: rsa2 (RSA) or ed25519. OpenSSH 10 and later do not have dsa.',
    },
    bits: {
      type: 'integer',
      values: ['1024', '2048', '4096'],
      doc: `The length of an RSA key in bits. Default: ${DEFAULT_RSA_BITS}.`,
    },
    comment: { type: 'string', default: '', maxLength: 255, doc: 'A comment to store with the key.' },
    passphrase: {
      ...passphrase,
      doc: 'The passphrase of the private key; empty for none. The minimum strength is the “sshkey” value of setminimumpasswordstrengths.',
    },
    abort_on_existing_key: {
      type: 'flag',
      default: '1',
      doc: 'Whether to fail if a key of this name exists. 0: it is kept as NAME.DATE.',
    },
    user: keyUser,
  },
  returns: {
    name: { type: 'string', doc: 'The name of the private key’s file.' },
    fingerprint: { type: 'string|null', doc: 'The fingerprint of the key (SHA-256); null in a dry run.' },
  },
  examples: [
    {
      args: { name: 'backup', algorithm: 'ed25519', comment: 'backups' },
      doc: 'Generate a key pair for root, in the files “backup” and “backup.pub”.',
    },
  ],

  async look(args, context) {
    const { caller, machine, transaction, isDryRun } = context;
    const { name, user, algorithm, comment, bits } = args;
    await transaction('reads', (db) => assertUser(db, caller, user));
    if (args.passphrase !== '') {
      const known = [user, name];
      const rated = await rateFirst(context, args.passphrase, known);
      await transaction('reads', (db) => assertStrong({ ...rated, db }, args.passphrase, known, 'sshkey'));
    }
    if (!isNameOfKey(name))
      throw badParam(`The name “${name}” means something else to OpenSSH. Use another one.`);
    if (name.endsWith('.pub')) {
      throw badParam('The parameter “name” should be the name of the private key: without “.pub”.');
    }
    if (algorithm === 'dsa') throw badParam('OpenSSH does not have DSA keys any more. Use rsa2 or ed25519.');
    if (algorithm === 'ed25519' && bits !== undefined) {
      throw badParam('The parameter “bits” is for RSA keys: those of ed25519 have one length.');
    }
    const folder = await folderOf(machine, user);
    const present: string[] = [];
    for (const file of [name, `${name}.pub`]) if (await isTaken(context, folder, file)) present.push(file);
    if (present.length > 0 && args.abort_on_existing_key) {
      throw badParam(
        `“${user}” already has the file “${present[0]}”. Use another name, or abort_on_existing_key=0 to keep it under another one.`,
      );
    }
    const type = algorithm === 'ed25519' ? 'ed25519' : 'rsa';
    const size = type === 'rsa' ? Number(bits ?? DEFAULT_RSA_BITS) : undefined;
    const pair = isDryRun
      ? undefined
      : await generatePair(context, { type, bits: size, comment, passphrase: args.passphrase });
    return { folder, present, pair };
  },

  async handler({ name, bits }, { plan, warn, inform, now }, { folder, present, pair }) {
    if (Number(bits) === 1024) {
      warn('An RSA key of 1024 bits is weak, and many servers refuse it. Use 4096, or ed25519.');
    }
    const stamp = new Date(now()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
    const files = [
      { name, content: pair?.privateKey ?? '', mode: 0o600, keptAs: `${name}.${stamp}` },
      {
        name: `${name}.pub`,
        content: pair === undefined ? '' : `${lineOf(pair.publicKey)}\n`,
        mode: 0o644,
        keptAs: `${name}.${stamp}.pub`,
      },
    ];
    for (const { name: file, keptAs } of files) {
      if (present.includes(file)) inform(`The former file “${file}” is kept as “${keptAs}”.`);
    }
    plan(
      storeKeys(
        folder,
        files.map(({ keptAs, ...file }) =>
          present.includes(file.name) ? { ...file, former: { keptAs } } : file,
        ),
      ),
    );
    return { name, fingerprint: pair === undefined ? null : fingerprintOf(pair.publicKey) };
  },
});
