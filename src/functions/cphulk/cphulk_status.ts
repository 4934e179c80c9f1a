import { defineFunction } from '../../core/define.ts';
import * as configuration from '../../capabilities/logins/rules/brute-force/config.ts';

export default defineFunction({
  name: 'cphulk_status',
  since: 48,
  summary: 'Check whether the brute-force protection is enabled.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    service: { type: 'string', doc: 'WHM’s name for the brute-force protection: “cPHulk”.' },
    is_enabled: { type: 'integer', doc: '1 if it is enabled, which is the default.' },
  },
  examples: [{ args: {}, doc: 'Check whether it is enabled.' }],

  async handler(_args, { db }) {
    const { is_enabled } = await configuration.read(db);
    return { service: 'cPHulk', is_enabled: Number(is_enabled) };
  },
});
