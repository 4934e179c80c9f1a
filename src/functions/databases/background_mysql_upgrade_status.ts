import { defineFunction } from '../../core/define.ts';
import { find, show } from '../../capabilities/databases/rules/mysql-upgrades.ts';
import { wholeLog } from '../../ground/rules/tasks/whole-log.ts';

export default defineFunction({
  name: 'background_mysql_upgrade_status',
  since: 48,
  summary: 'Show the state and the log of an upgrade of MariaDB or MySQL.',
  access: 'root',
  effect: 'reads',
  params: {
    upgrade_id: {
      type: 'string',
      required: true,
      doc: 'The upgrade, as start_background_mysql_upgrade returned it.',
    },
  },
  returns: {
    state: { type: 'string', doc: '“in progress”, “success” or “failed”.' },
    error: { type: 'integer', doc: '0: no error. 4: it failed. -1: it was stopped.' },
    error_log: { type: 'string', doc: 'Why it failed. Otherwise empty.' },
    log: { type: 'string', doc: 'The log, as lines.' },
  },
  examples: [
    {
      args: { upgrade_id: 'mysql_upgrade.20261126-201500' },
      doc: 'The state of an upgrade.',
      fails: 'not_found',
    },
  ],

  // The state is read first, so that the log of an ended upgrade is complete.
  async look({ upgrade_id: id }, { transaction, taskLog }) {
    const task = await transaction('reads', (db) => find(db, id));
    return { ...show(task), log: await wholeLog(taskLog, task.id) };
  },

  handler: async (_args, _context, found) => found,
});
