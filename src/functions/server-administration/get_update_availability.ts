import { defineFunction } from '../../core/define.ts';
import {
  asOfSentence,
  getSource,
  offerIn,
  readSettings,
  tierOf,
} from '../../capabilities/software/driver/updates/look-updates.ts';

export default defineFunction({
  name: 'get_update_availability',
  since: 56,
  summary: 'Check whether a newer version of this program is available.',
  description:
    'The answer of apt is from its package lists, and depends on its preferences, such as the tier. A message says how ' +
    'old the lists are. If npm installed the program, its registry is asked for the version in the tier.',
  access: 'root',
  effect: 'looks',
  params: {},
  returns: {
    current_version: {
      type: 'string',
      doc: 'The installed version. Without an installed package: the version that runs.',
    },
    newest_version: { type: 'string', doc: 'The version that an update would install.' },
    tier: {
      type: 'string',
      doc: 'The tier or the version that set_tier chose. Otherwise the tier of the newest version; empty if it is in none.',
    },
    update_available: { type: 'flag', doc: 'Whether an update would install another version.' },
  },
  examples: [{ args: {}, doc: 'Check for a newer version.', fails: 'not_found' }],

  async handler(_args, { machine, version, inform }) {
    const [source, { CPANEL }] = await Promise.all([getSource(machine), readSettings(machine)]);
    const sentence = asOfSentence(source);
    if (sentence !== undefined) inform(sentence);
    const current = source.installed ?? version;
    const newest = source.candidate ?? offerIn(source, CPANEL ?? 'release')?.version ?? current;
    return {
      current_version: current,
      newest_version: newest,
      tier: CPANEL ?? tierOf(source, newest),
      update_available: Number(newest !== current),
    };
  },
});
