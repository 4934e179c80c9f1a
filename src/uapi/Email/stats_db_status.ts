import { unreadBytes } from '../../capabilities/mail/driver/tracking/look-main-log.ts';
import { ROLE } from '../../capabilities/mail/rules/email-form.ts';
import { defineUapi } from '../../core/define-uapi.ts';
import * as logPositions from '../../ground/rules/log-positions.ts';

/** A search reads the rest of the log first. It takes seconds for more than this. */
const MUCH_BYTES = 8 * 2 ** 20;

export default defineUapi({
  name: 'Email::stats_db_status',
  since: 64,
  summary: 'Show whether the tracking of mail is up to date.',
  description:
    'Searches read the end of the log first, so a few messages that were not read yet do not matter.',
  role: ROLE,
  effect: 'reads',
  params: {},
  returns: {
    type: 'string',
    doc: 'active: searches return at once. importing: much of the log is still to be read.',
  },
  examples: [{ args: {}, doc: 'Whether deliveries can be searched.' }],

  async look(_args, { machine, transaction }) {
    return unreadBytes(machine, await transaction('reads', (db) => logPositions.list(db, 'mail_log')));
  },

  handler: (_args, _context, unread) => Promise.resolve(unread > MUCH_BYTES ? 'importing' : 'active'),
});
