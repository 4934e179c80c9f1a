import { defineFunction } from '../../core/define.ts';
import * as load from '../../capabilities/system/rules/servers/load.ts';

export default defineFunction({
  name: 'loadavg',
  since: null,
  summary: 'Show the load averages of the server, without an envelope around the response.',
  description:
    'Existing scripts read the three numbers at the top level. systemloadavg returns the same in an envelope.',
  access: 'any',
  effect: 'none',
  params: {},
  returns: load.averages,
  flat: true,
  examples: [{ args: {}, doc: 'Show the load.' }],

  handler: (_args, context) => load.read(context),
});
