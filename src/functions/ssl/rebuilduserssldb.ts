import { defineFunction } from '../../core/define.ts';
import { rebuild } from '../../model/certificates/rebuild.ts';

export default defineFunction({
  name: 'rebuilduserssldb',
  since: 38,
  summary: 'Check all stored certificates, and correct what the store says about them.',
  description:
    'The store keeps what each certificate says, so that lists are fast. After an upgrade, this call adds what the new ' +
    'version reads in addition.',
  access: 'root',
  effect: 'changes',
  params: {},
  returns: {
    records: { list: { type: 'string' }, doc: 'The users who have certificates.' },
  },
  list: 'records',
  examples: [{ args: {}, doc: 'Read all certificates again.' }],

  async handler(_args, { db, inform, warn }) {
    const { users, changed, unreadable } = await rebuild(db);
    inform(`${changed === 1 ? '1 entry was' : `${changed} entries were`} corrected.`);
    for (const { username, id } of unreadable) {
      warn(`The certificate “${id}” of “${username}” cannot be read, so its entry was left as it is.`);
    }
    return { records: users };
  },
});
