import { defineFunction } from '../../core/define.ts';
import * as load from '../../model/servers/load.ts';

export default defineFunction({
  name: 'loadavg',
  since: null,
  summary: 'Tell how busy the server is, without an envelope around the answer.',
  description:
    'Scripts written for it read the three numbers at the top level; systemloadavg answers the same in an envelope.',
  access: 'any',
  effect: 'none',
  params: {},
  returns: load.averages,
  flat: true,
  examples: [{ args: {}, doc: 'Ask for the load.' }],

  handler: (_args, { machine }) => load.read(machine),
});
