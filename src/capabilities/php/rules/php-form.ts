// The parameters and fields that functions about PHP share.
import type { Fields, Param } from '../../../core/define.ts';
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import type { Json } from '../../../core/values.ts';
import type { PoolParameters } from './settings.ts';

export const versionParam = {
  type: 'string',
  maxLength: 32,
  lowerCase: true,
  doc: 'A PHP version, such as ea-php84. php_get_installed_versions lists the installed versions.',
} as const satisfies Param;

interface Bounds {
  readonly key: keyof PoolParameters;
  readonly min: number;
  readonly max: number;
  readonly doc: string;
}

/** The settings of a pool, by their names in WHM. */
export const poolOptions: Readonly<Record<string, Bounds>> = {
  pm_max_children: { key: 'maxChildren', min: 1, max: 10_000, doc: 'The most processes at the same time.' },
  pm_max_requests: {
    key: 'maxRequests',
    min: 0,
    max: 1_000_000,
    doc: 'After this number of requests, a process is replaced. 0: never.',
  },
  pm_process_idle_timeout: {
    key: 'idleTimeout',
    min: 1,
    max: 86_400,
    doc: 'After this number of seconds without a request, a process ends.',
  },
};

export const poolFields = {
  pm_max_children: { type: 'integer', doc: poolOptions.pm_max_children?.doc ?? '' },
  pm_max_requests: { type: 'integer', doc: poolOptions.pm_max_requests?.doc ?? '' },
  pm_process_idle_timeout: { type: 'integer', doc: poolOptions.pm_process_idle_timeout?.doc ?? '' },
} as const satisfies Fields;

/** @throws ApiError `bad_param` for an unknown setting, or a value outside its range. */
export function readPoolParameters(param: string, given: Json): Partial<PoolParameters> {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw badParam(
      `The parameter “${param}” should be a JSON hash of pool settings, such as {"pm_max_children":5}.`,
    );
  }
  const read = Object.entries(given).map(([name, value]) => readPoolOption(param, name, value));
  return Object.assign({}, ...read) as Partial<PoolParameters>;
}

/** @throws ApiError `bad_param` for an unknown setting, or a value outside its range. */
export function readPoolOption(param: string, name: string, value: Json): Partial<PoolParameters> {
  const bounds = Object.hasOwn(poolOptions, name) ? poolOptions[name] : undefined;
  if (bounds !== undefined) return { [bounds.key]: readWhole(param, name, value, bounds) };
  const names = Object.keys(poolOptions).join(', ');
  throw badParam(`The parameter “${param}” has the unknown setting ${quote(name)}. Use ${names}.`);
}

function readWhole(param: string, name: string, value: Json, { min, max }: Bounds): number {
  const isNumeral = typeof value === 'number' || (typeof value === 'string' && /^\d{1,9}$/.test(value));
  const number = isNumeral ? Number(value) : NaN;
  if (Number.isInteger(number) && number >= min && number <= max) return number;
  const shown = typeof value === 'string' ? quote(value) : JSON.stringify(value);
  throw badParam(
    `The setting “${name}” in “${param}” should be a whole number from ${min} to ${max}, not ${shown}.`,
  );
}
