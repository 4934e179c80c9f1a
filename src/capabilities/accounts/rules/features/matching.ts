// The features of an account whose IDs match a pattern.
import type { CallerStore } from '../../../../core/context.ts';
import type { Param } from '../../../../core/define.ts';
import * as accounts from '../accounts.ts';
import { matcher } from '../../../../ground/rules/regular-expression.ts';
import type { FeatureId } from './catalogue.ts';
import { ofAccount } from './overrides.ts';

export const patternParams = {
  pattern: {
    type: 'string',
    required: true,
    maxLength: 256,
    doc: 'A part of the ID, such as “zone”, or a regular expression.',
  },
  is_regex: { type: 'flag', default: 0, doc: '1: the pattern is a regular expression in the syntax of RE2.' },
} as const satisfies Record<string, Param>;

/** @throws ApiError `bad_param` for an expression that is not valid. */
export async function matchingFeatures(
  { db, caller }: CallerStore,
  { pattern, is_regex }: { readonly pattern: string; readonly is_regex: boolean },
): Promise<FeatureId[]> {
  const part = pattern.toLowerCase();
  const matches = is_regex ? await matcher('pattern', pattern) : (id: string) => id.includes(part);
  const features = await ofAccount(db, await accounts.getOwn(db, caller));
  return [...features].filter(([id, has]) => has && matches(id)).map(([id]) => id);
}
