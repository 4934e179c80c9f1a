import { defineUapi } from '../../core/define-uapi.ts';
import { protocols } from '../../capabilities/bandwidth/rules/usage.ts';

export default defineUapi({
  name: 'Bandwidth::get_enabled_protocols',
  since: 76,
  summary: 'List the protocols whose bandwidth is counted.',
  effect: 'none',
  params: {},
  returns: { list: { type: 'string' } },
  examples: [{ args: {}, doc: 'The protocols.' }],

  handler: () => [...protocols],
});
