import { defineFunction } from '../../core/define.ts';
import * as configuration from '../../capabilities/logins/rules/brute-force/config.ts';
import { findMeans } from '../../capabilities/logins/rules/brute-force/firewall.ts';

export default defineFunction({
  name: 'load_cphulk_config',
  since: 48,
  summary: 'Show the options of the brute-force protection.',
  access: 'root',
  effect: 'reads',
  params: {},
  returns: { cphulk_config: { fields: configuration.fields } },
  examples: [{ args: {}, doc: 'All settings.' }],

  look: (_args, context) => findMeans(context),

  async handler(_args, { db }, { hasFirewall }) {
    return { cphulk_config: configuration.answerOf(await configuration.read(db), hasFirewall) };
  },
});
