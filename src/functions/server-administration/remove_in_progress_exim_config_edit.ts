import { cleanEximConfiguration } from '../../capabilities/system/plans/clean-exim-configuration.ts';
import { defineFunction } from '../../core/define.ts';
import { listUnfinished } from '../../capabilities/system/driver/exim/look-exim.ts';

export default defineFunction({
  name: 'remove_in_progress_exim_config_edit',
  since: 11,
  summary: 'Remove the files that a failed change of Exim’s configuration left behind.',
  description:
    'Exim does not read these files: a change becomes part of /etc/exim4 only once it is checked. A change that is running ' +
    'is not disturbed: the call waits for it.',
  destructive: 'The unfinished files are lost. The configuration that Exim uses stays as it is.',
  access: 'root',
  effect: 'operates',
  params: {},
  returns: null,
  examples: [{ args: {}, doc: 'Remove them.' }],

  look: (_args, { machine }) => listUnfinished(machine),

  async handler(_args, { plan, inform, reason }, paths) {
    reason('Removed OK');
    if (paths.length === 0) inform('There is no unfinished change of Exim’s configuration.');
    for (const path of paths) inform(`“${path}” is removed.`);
    plan(cleanEximConfiguration());
  },
});
