import { defineFunction } from '../../core/define.ts';
import { CONVERSION } from '../../capabilities/php/rules/conversion.ts';
import * as tasks from '../../ground/rules/tasks/tasks.ts';

export default defineFunction({
  name: 'is_conversion_in_progress',
  since: 72,
  summary: 'Check whether a conversion of virtual hosts to PHP-FPM is in progress.',
  description:
    'A conversion is in progress from the call of convert_all_domains_to_fpm until its task has ended.',
  access: 'root',
  effect: 'reads',
  role: 'WebServer',
  params: {},
  returns: { inProgress: { type: 'flag', doc: 'Whether one is in progress.' } },
  examples: [{ args: {}, doc: 'Whether a conversion is running.' }],

  async handler(_args, { db }) {
    return { inProgress: Number(await tasks.isActive(db, CONVERSION)) };
  },
});
