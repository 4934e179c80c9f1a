import { defineFunction } from '../../core/define.ts';
import * as load from '../../capabilities/system/rules/servers/load.ts';

export default defineFunction({
  name: 'systemloadavg',
  since: 28,
  summary: 'Show the load averages of the server.',
  access: 'any',
  effect: 'none',
  params: {},
  returns: load.averages,
  examples: [{ args: {}, doc: 'Show the load.' }],

  handler: (_args, context) => load.read(context),
});
