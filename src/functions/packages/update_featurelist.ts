import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import { isFeature, type FeatureId } from '../../model/features/catalogue.ts';
import * as featureLists from '../../model/features/lists.ts';

export default defineFunction({
  name: 'update_featurelist',
  since: 11,
  summary: 'Set features of a feature list.',
  description:
    'Features that are not named stay as they are. A list that does not exist is made, with the features that are ' +
    'given as 1 and no others. A feature that is set to 0 in the list “disabled” is off for everybody.',
  access: 'root',
  effect: 'changes',
  params: {
    featurelist: { ...featureLists.featureListName, required: true, doc: 'The feature list.' },
  },
  rest: {
    type: 'json',
    key: 'FEATURE',
    doc: 'the id of a feature, and 1 or 0 as its value. Name as many as are to change.',
  },
  returns: {
    featurelist: { type: 'string', doc: 'The name of the feature list.' },
    invalid_features: {
      list: { map: { type: 'flag' }, keys: 'FEATURE' },
      doc: 'What was given and is no feature: nothing was stored of it.',
    },
    updated_features: { keys: 'FEATURE', map: { type: 'flag' }, doc: 'What the features are now.' },
  },
  examples: [
    { args: { featurelist: 'default', backup: '0' }, doc: 'No backups in packages with the list “default”.' },
    { args: { featurelist: 'disabled', mysql: '0' }, doc: 'No MySQL for anybody.' },
  ],

  async handler({ featurelist, rest }, { db }) {
    const settings: Partial<Record<FeatureId, boolean>> = {};
    const updated: Record<string, 0 | 1> = {};
    const invalid: Record<string, 0 | 1>[] = [];
    const problems: string[] = [];
    for (const [name, value] of Object.entries(rest)) {
      const has = readFlag(value);
      if (has === undefined) {
        const given = typeof value === 'object' ? 'a JSON structure' : quote(String(value));
        problems.push(`The feature ${quote(name)} should be 1 or 0, not ${given}.`);
      } else if (isFeature(name)) {
        settings[name] = has;
        updated[name] = has ? 1 : 0;
      } else {
        invalid.push({ [name]: has ? 1 : 0 });
      }
    }
    if (problems.length > 0) throw badParam(problems.slice(0, 10).join(' '));
    if (Object.keys(updated).length === 0) {
      const names = Object.keys(rest).slice(0, 10).map(quote);
      throw badParam(`There is no feature ${names.join(', ')}; get_feature_names tells which there are.`);
    }
    await featureLists.update(db, featurelist, settings);
    return { featurelist, invalid_features: invalid, updated_features: updated };
  },
});

/** As a flag comes from the command line (`1`, `"1"`) and from JSON. */
function readFlag(value: unknown): boolean | undefined {
  if (value === 1 || value === '1' || value === true) return true;
  return value === 0 || value === '0' || value === false ? false : undefined;
}
