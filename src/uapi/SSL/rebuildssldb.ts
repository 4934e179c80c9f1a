import { defineUapi } from '../../core/define-uapi.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { correct, examine, listOf } from '../../capabilities/certificates/rules/rebuild.ts';

export default defineUapi({
  name: 'SSL::rebuildssldb',
  since: 42,
  summary: 'Check the account’s stored certificates, and correct what the store says about them.',
  effect: 'changes',
  feature: 'sslmanager',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Check all certificates of the account.' }],

  async look(_args, { caller, transaction }) {
    const rows = await transaction('reads', async (db) => {
      const { username } = await accounts.getOwn(db, caller);
      return listOf(db, username);
    });
    return examine(rows);
  },

  async handler(_args, { db, inform, warn }, examined) {
    await correct(db, examined);
    const changed = examined.wrong.length;
    inform(`${changed === 1 ? '1 entry was' : `${changed} entries were`} corrected.`);
    for (const { id } of examined.unreadable) {
      warn(`The certificate “${id}” cannot be read, so its entry was left as it is.`);
    }
  },
});
