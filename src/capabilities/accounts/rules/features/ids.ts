// Reads feature IDs from callers.
import { badParam } from '../../../../core/errors.ts';
import { quote } from '../../../../core/quote.ts';
import { features, isFeature, type FeatureId } from './catalogue.ts';

/** The maximum number of features in a reason. */
const MAX_NAMED = 10;

/**
 * Returns each ID once, in order. @throws ApiError `bad_param`. The message names unknown features and similar known
 * ones.
 */
export async function readIds(given: readonly string[]): Promise<FeatureId[]> {
  const read = [...new Set(given)];
  const unknown = await describeUnknown(read);
  if (unknown !== undefined) throw badParam(unknown);
  return read.filter(isFeature);
}

/** Returns a sentence for each unknown feature. Undefined if all are known. */
export async function describeUnknown(given: readonly string[]): Promise<string | undefined> {
  const unknown = given.filter((id) => !isFeature(id));
  if (unknown.length === 0) return undefined;
  const { nearest } = await import('../../../../core/nearest.ts');
  const ids = features.map(({ id }) => id);
  const sentences = unknown.slice(0, MAX_NAMED).map((id) => {
    const [suggestion] = nearest(id, ids, 1);
    return suggestion === undefined
      ? `There is no feature ${quote(id)}. Run get_feature_names to list the features.`
      : `There is no feature ${quote(id)}. Did you mean “${suggestion}”?`;
  });
  const more = unknown.length - MAX_NAMED;
  return sentences.join(' ') + (more > 0 ? ` ${more} more names are not features.` : '');
}
