import { defineFunction } from '../../core/define.ts';
import { badParam } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import { isFeature, type FeatureId } from '../../capabilities/accounts/rules/features/catalogue.ts';
import * as featureLists from '../../capabilities/accounts/rules/features/lists.ts';

export default defineFunction({
  name: 'update_featurelist',
  since: 11,
  summary: 'Change features of a feature list.',
  description:
    'Omitted features keep their values. If the list does not exist, it is created with only the features that ' +
    'are passed as 1. A feature with the value 0 in the list “disabled” is disabled for everyone.',
  access: 'root',
  effect: 'changes',
  params: {
    featurelist: { ...featureLists.featureListName, required: true, doc: 'The feature list.' },
  },
  rest: {
    type: 'json',
    key: 'FEATURE',
    doc: 'the ID of a feature, with the value 1 or 0. Repeatable for other features.',
  },
  returns: {
    featurelist: { type: 'string', doc: 'The name of the feature list.' },
    invalid_features: {
      list: { map: { type: 'flag' }, keys: 'FEATURE' },
      doc: 'Names that are not features. They were ignored.',
    },
    updated_features: { keys: 'FEATURE', map: { type: 'flag' }, doc: 'The new values of the features.' },
  },
  examples: [
    { args: { featurelist: 'default', backup: '0' }, doc: 'Remove backups from the list “default”.' },
    { args: { featurelist: 'disabled', mysql: '0' }, doc: 'Disable MySQL for everyone.' },
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
      throw badParam(`There is no feature ${names.join(', ')}. Run get_feature_names to list the features.`);
    }
    await featureLists.update(db, featurelist, settings);
    return { featurelist, invalid_features: invalid, updated_features: updated };
  },
});

/** Reads a flag from the command line (`1`, `"1"`) or from JSON. */
function readFlag(value: unknown): boolean | undefined {
  if (value === 1 || value === '1' || value === true) return true;
  return value === 0 || value === '0' || value === false ? false : undefined;
}
