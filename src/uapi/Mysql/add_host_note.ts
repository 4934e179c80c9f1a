import { defineUapi } from '../../core/define-uapi.ts';
import {
  assertListed,
  hostParam,
  noteParam,
  readHost,
  setNote,
} from '../../capabilities/databases/rules/hosts.ts';
import { FEATURE, ROLE } from '../../capabilities/databases/rules/own-mysql.ts';

export default defineUapi({
  name: 'Mysql::add_host_note',
  since: 74,
  summary: 'Note something about a host of the remote access list.',
  description: 'It replaces the present note.',
  feature: FEATURE,
  role: ROLE,
  effect: 'changes',
  params: {
    host: { ...hostParam, doc: 'A host of the remote access list, as it was added.' },
    note: noteParam,
  },
  returns: null,
  examples: [
    {
      args: { host: '192.0.2.%', note: 'The office' },
      doc: 'Note whose hosts these are.',
      setUp: ['Mysql::add_host'],
    },
  ],

  async handler({ host: given, note }, { db, caller }) {
    const host = readHost(given);
    await assertListed(db, caller.user, host);
    await setNote(db, caller.user, host, note);
  },
});
