import { defineFunction } from '../../core/define.ts';
import {
  asOfSentence,
  getSource,
  offerIn,
  tiers,
} from '../../capabilities/software/driver/updates/look-updates.ts';

const tier = (doc: string) => ({ type: 'string', doc }) as const;

export default defineFunction({
  name: 'get_available_tiers',
  since: 38,
  summary: 'List the release tiers, and the version in each.',
  description:
    'A tier is a suite with this name in the apt repository that has this program. If npm installed the program, it is a ' +
    'dist-tag with this name in the npm registry; “release” is also “latest”, and “edge” is also “next”. A ' +
    'message says how old the package lists of apt are.',
  access: 'root',
  effect: 'looks',
  params: {},
  returns: {
    edge: tier('The version in the tier “edge”; empty if the tier has none.'),
    current: tier('The version in the tier “current”.'),
    release: tier('The version in the tier “release”.'),
    stable: tier('The version in the tier “stable”.'),
    lts: tier('The version in the tier “lts”.'),
  },
  examples: [{ args: {}, doc: 'List the tiers.', fails: 'not_found' }],

  async handler(_args, { machine, inform }) {
    const source = await getSource(machine);
    const sentence = asOfSentence(source);
    if (sentence !== undefined) inform(sentence);
    const versionIn = (name: string) => offerIn(source, name)?.version ?? '';
    const [edge, current, release, stable, lts] = tiers;
    return {
      edge: versionIn(edge),
      current: versionIn(current),
      release: versionIn(release),
      stable: versionIn(stable),
      lts: versionIn(lts),
    };
  },
});
