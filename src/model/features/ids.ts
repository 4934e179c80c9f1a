// Features by their ids, as callers give them.
import { badParam } from '../../core/errors.ts';
import { quote } from '../../core/quote.ts';
import { features, isFeature, type FeatureId } from './catalogue.ts';

/** A reason names at most this many. */
const MOST_NAMED = 10;

/** Each once, in their order. @throws ApiError `bad_param`, naming those that are none and the nearest that are. */
export async function readIds(given: readonly string[]): Promise<FeatureId[]> {
  const read = [...new Set(given)];
  const unknown = await describeUnknown(read);
  if (unknown !== undefined) throw badParam(unknown);
  return read.filter(isFeature);
}

/** A sentence for each that is no feature; undefined where all are. */
export async function describeUnknown(given: readonly string[]): Promise<string | undefined> {
  const unknown = given.filter((id) => !isFeature(id));
  if (unknown.length === 0) return undefined;
  const { nearest } = await import('../../core/nearest.ts');
  const ids = features.map(({ id }) => id);
  const sentences = unknown.slice(0, MOST_NAMED).map((id) => {
    const [suggestion] = nearest(id, ids, 1);
    return suggestion === undefined
      ? `There is no feature ${quote(id)}. Run get_feature_names to list the features.`
      : `There is no feature ${quote(id)}. Did you mean “${suggestion}”?`;
  });
  const more = unknown.length - MOST_NAMED;
  return sentences.join(' ') + (more > 0 ? ` And ${more} more are none.` : '');
}
