import { defineFunction } from '../../core/define.ts';
import { CONVERSION } from '../../capabilities/php/rules/conversion.ts';
import * as tasks from '../../ground/rules/tasks/tasks.ts';
import { ApiError } from '../../core/errors.ts';

export default defineFunction({
  name: 'convert_all_domains_to_fpm',
  since: 66,
  summary: 'Enable PHP-FPM for all virtual hosts, in the background.',
  description:
    'The work is a task with the ID build_id: “whmapi1 --wait ID” follows it. Virtual hosts keep their PHP version. One ' +
    'that cannot be converted does not stop the others. get_fpm_count_and_utilization shows whether there is memory.',
  access: 'root',
  effect: 'changes',
  role: 'WebServer',
  params: {},
  returns: { build_id: { type: 'integer', doc: 'The ID of the task.' } },
  examples: [{ args: {}, doc: 'Use PHP-FPM everywhere.' }],

  async handler(_args, { db, startTask }) {
    if (await tasks.isActive(db, CONVERSION)) {
      throw new ApiError('busy', 'A conversion is already in progress. Wait until it has ended.');
    }
    return { build_id: await startTask(CONVERSION, {}) };
  },
});
