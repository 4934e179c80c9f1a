import { defineApi2 } from '../../core/define-uapi.ts';
import { lookAtZones } from '../../capabilities/dns/driver/zones/look-zones.ts';
import * as accounts from '../../capabilities/accounts/rules/accounts.ts';
import { assertEditor } from '../../capabilities/dns/rules/account-edits.ts';
import * as owners from '../../capabilities/dns/rules/zone-owners.ts';

export default defineApi2({
  name: 'ZoneEdit::fetchzones',
  since: null,
  summary: 'List the account’s DNS zones with the lines of their files.',
  effect: 'reads',
  role: 'DNS',
  failureRow: 'status statusmsg',
  params: {},
  returns: {
    fields: {
      zones: { keys: 'ZONE', map: { list: { type: 'string' } }, doc: 'The lines of each zone’s file.' },
      status: { type: 'flag', doc: '1 for zones that were read.' },
      statusmsg: { type: 'string', doc: 'What happened.' },
    },
  },
  examples: [{ args: {}, doc: 'The zones.' }],

  async look(_args, { machine, caller, transaction }) {
    const names = await transaction('reads', async (db) => {
      await assertEditor({ db, caller });
      return owners.listOf(db, await accounts.getOwn(db, caller));
    });
    return lookAtZones(machine, names);
  },

  handler(_args, _context, looked) {
    const zones = [...looked].map(([name, { text }]) => [name, text.replace(/\n$/, '').split(/\r?\n/)]);
    return [{ zones: Object.fromEntries(zones) as Record<string, string[]>, status: 1, statusmsg: 'Ok' }];
  },
});
