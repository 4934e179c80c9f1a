import { defineFunction } from '../../core/define.ts';
import * as load from '../../model/servers/load.ts';

export default defineFunction({
  name: 'systemloadavg',
  since: 28,
  summary: 'Tell how busy the server is, as load averages.',
  access: 'any',
  effect: 'none',
  params: {},
  returns: load.averages,
  examples: [{ args: {}, doc: 'Ask for the load.' }],

  handler: (_args, { machine }) => load.read(machine),
});
