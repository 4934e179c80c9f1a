// The failures that a function can have according to its description, before its own rules.
import type { AnyFunction } from './define.ts';
import type { ErrorCode } from './errors.ts';

/** In the order of the catalogue. */
export function expectedErrors(fn: AnyFunction): ErrorCode[] {
  const params = Object.values(fn.params);
  const usesStore = fn.effect !== 'none' && fn.effect !== 'looks';
  const codes: [ErrorCode, boolean][] = [
    ['denied', fn.access !== 'any'],
    [
      'missing_param',
      fn.rest !== undefined || fn.oneOf !== undefined || params.some(({ required }) => required === true),
    ],
    ['bad_param', fn.rest !== undefined || params.length > 0],
    ['bad_meta', fn.list !== undefined],
    ['busy', fn.effect === 'operates'],
    ['host_failed', fn.effect === 'operates'],
    ['store_insecure', usesStore],
    ['store_unavailable', usesStore],
  ];
  return codes.filter(([, isPossible]) => isPossible).map(([code]) => code);
}
