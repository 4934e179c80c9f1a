import { defineFunction } from '../../core/define.ts';
import * as configuration from '../../model/brute-force/config.ts';

export default defineFunction({
  name: 'cphulk_status',
  since: 48,
  summary: 'Tell whether logins are protected against guessing.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: {
    service: { type: 'string', doc: 'WHM’s name for the protection: “cPHulk”.' },
    is_enabled: { type: 'integer', doc: '1 while it is turned on, as it is to begin with.' },
  },
  examples: [{ args: {}, doc: 'Ask whether it is turned on.' }],

  async handler(_args, { db }) {
    const { is_enabled } = await configuration.read(db);
    return { service: 'cPHulk', is_enabled: Number(is_enabled) };
  },
});
