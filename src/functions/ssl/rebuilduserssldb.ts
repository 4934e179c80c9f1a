import { defineFunction } from '../../core/define.ts';
import { ApiError } from '../../core/errors.ts';
import { readKeys } from '../../capabilities/certificates/driver/look-certificates.ts';
import { forgetLost, listInstalled, restore } from '../../capabilities/certificates/rules/lost-keys.ts';
import { correct, examine, listAll } from '../../capabilities/certificates/rules/rebuild.ts';

export default defineFunction({
  name: 'rebuilduserssldb',
  since: 38,
  summary: 'Check all stored certificates, and correct what the store says about them.',
  description:
    'The store keeps what each certificate says, so that lists are fast. After an upgrade, this call adds what the new ' +
    'version reads in addition. It also stores keys of installed certificates that the store lacks.',
  access: 'root',
  effect: 'changes',
  params: {
    forget_lost_keys: {
      type: 'flag',
      default: '0',
      extension: true,
      doc:
        'Whether to forget private keys that the key file of the store cannot decrypt. Those of installed certificates ' +
        'are then read from the files of the web server. All others are lost.',
    },
  },
  returns: {
    records: { list: { type: 'string' }, doc: 'The users who have certificates.' },
  },
  list: 'records',
  examples: [
    { args: {}, doc: 'Check all certificates.' },
    { args: { forget_lost_keys: '1' }, doc: 'Continue without a key file that was lost.' },
  ],

  async look(_args, { machine, transaction }) {
    const { rows, wanted } = await transaction('reads', async (db) => ({
      rows: await listAll(db),
      wanted: await listInstalled(db),
    }));
    const paths = wanted.map(({ path }) => path);
    return { examined: examine(rows), wanted, found: await readKeys(machine, paths) };
  },

  async handler({ forget_lost_keys: isForgetting }, context, { examined, wanted, found }) {
    const { inform, warn } = context;
    const { users, wrong, unreadable } = examined;
    await correct(context.db, examined);
    const changed = wrong.length;
    inform(`${changed === 1 ? '1 entry was' : `${changed} entries were`} corrected.`);
    for (const { username, id } of unreadable) {
      warn(`The certificate “${id}” of “${username}” cannot be read, so its entry was left as it is.`);
    }
    const forgotten = isForgetting ? await forgetLost(context) : 0;
    if (forgotten > 0) inform(`${count(forgotten)} could not be decrypted, and was forgotten.`);
    const restored = await restore(context, wanted, found).catch((error: unknown) => {
      if (!(error instanceof ApiError) || error.code !== 'key_lost') throw error;
      warn(`Keys of installed certificates were not stored again. ${error.message}`);
      return 0;
    });
    if (restored > 0) inform(`${count(restored)} was stored again from the files of the web server.`);
    return { records: [...users] };
  },
});

function count(keys: number): string {
  return keys === 1 ? '1 key' : `Each of ${keys} keys`;
}
