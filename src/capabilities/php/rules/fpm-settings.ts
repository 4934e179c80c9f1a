// Settings of the pools of PHP-FPM, by their names in WHM: how they are read, checked and combined.
import { badParam } from '../../../core/errors.ts';
import { quote } from '../../../core/quote.ts';
import type { Json } from '../../../core/values.ts';
import { poolOptions, readPoolOption } from './php-form.ts';
import { isDirectiveOfAccounts, written, type AccountDirective, type IniDirective } from './ini.ts';
import { noParameters, type PoolParameters } from './settings.ts';
import { ALL_POOLS, type FpmKind, type FpmSetting, type FpmSettings } from './stored-fpm-settings.ts';

/** The settings that hold for a virtual host: its own count more than those for all pools. */
export function settingsFor(settings: FpmSettings, servername: string): readonly FpmSetting[] {
  const all = [...(settings.get(ALL_POOLS) ?? []), ...(settings.get(servername) ?? [])];
  return [...new Map(all.map((one) => [one.name, one])).values()];
}

/** The options of pools among settings. */
export function parametersIn(settings: readonly FpmSetting[]): PoolParameters {
  const found = settings
    .filter(({ kind }) => kind === 0)
    .map(({ name, value }) => readPoolOption('config', name, value));
  return Object.assign({}, noParameters, ...found) as PoolParameters;
}

const flags: ReadonlySet<string> = new Set(['allow_url_fopen', 'log_errors', 'short_open_tag']);
const files: ReadonlySet<string> = new Set(['doc_root', 'error_log']);
const directives: readonly string[] = [...flags, ...files, 'disable_functions', 'error_reporting'];

/** All names of settings. */
const settingNames: readonly string[] = [...directives, ...Object.keys(poolOptions)].sort();

/** A setting of a call. An undefined value removes it. */
interface GivenSetting {
  readonly name: string;
  readonly kind: FpmKind;
  readonly value: string | undefined;
}

/** Reads the settings of a call. @throws ApiError `bad_param` */
export function readGivenSettings(given: Json): GivenSetting[] {
  if (!Array.isArray(given) || given.length === 0) {
    throw badParam(
      'The parameter “config” should be a JSON list of settings, such as ' +
        '[{"base_flag_name":"pm_max_children","trinary_admin_value":0,"value":"10"}].',
    );
  }
  const read = given.map(readGiven);
  const twice = read.find(({ name }, at) => read.findIndex((one) => one.name === name) !== at);
  if (twice !== undefined) throw badParam(`The parameter “config” has the setting “${twice.name}” twice.`);
  return read;
}

function readGiven(one: Json): GivenSetting {
  const { base_flag_name: name, trinary_admin_value: kind, value, ...others } = hashOf(one);
  const [other] = Object.keys(others);
  if (other !== undefined) {
    throw badParam(
      `A setting in “config” has the unknown key ${quote(other)}. Use base_flag_name, trinary_admin_value and value.`,
    );
  }
  if (typeof name !== 'string' || !settingNames.includes(name)) {
    const shown = typeof name === 'string' ? quote(name) : JSON.stringify(name ?? null);
    throw badParam(
      `The parameter “config” has the unknown setting ${shown}. Use ${settingNames.join(', ')}.`,
    );
  }
  const isOption = Object.hasOwn(poolOptions, name);
  const number = Number(kind);
  if (isOption ? number !== 0 : number !== 1 && number !== 2) {
    throw badParam(
      `The setting “${name}” should have the trinary_admin_value ` +
        (isOption ? '0: it is an option of the pool.' : '1, or 2 if the account may change the value.'),
    );
  }
  const text = typeof value === 'boolean' ? (value ? 'On' : 'Off') : value;
  if (typeof text !== 'string' && typeof text !== 'number') {
    throw badParam(`The setting “${name}” should have a value. An empty value removes the setting.`);
  }
  const trimmed = String(text).trim();
  const isRemoved = trimmed === '' && name !== 'disable_functions';
  return { name, kind: number as FpmKind, value: isRemoved || trimmed === '' ? undefined : trimmed };
}

function hashOf(one: Json): Readonly<Record<string, Json>> {
  if (typeof one === 'object' && one !== null && !Array.isArray(one)) return one;
  throw badParam('The parameter “config” should be a JSON list of hashes.');
}

interface CheckedBy {
  /** Those of the version that runs, as PHP reports them. */
  readonly directives: readonly IniDirective[];
  /** The home of the account. Undefined: the settings are for all pools. */
  readonly home: string | undefined;
}

/** Returns the settings as they are stored. @throws ApiError `bad_param` */
export function checkSettings(given: readonly GivenSetting[], by: CheckedBy): GivenSetting[] {
  return given.map((one) => (one.value === undefined ? one : { ...one, value: checked(one, one.value, by) }));
}

function checked(
  { name, kind }: GivenSetting,
  value: string,
  { directives: known, home }: CheckedBy,
): string {
  if (kind === 0) return String(Object.values(readPoolOption('config', name, value))[0]);
  const directive = known.find((one) => one.name === name);
  if (directive === undefined) throw badParam(`The PHP version has no directive “${name}”.`);
  if (kind === 2 && !isDirectiveOfAccounts(directive)) {
    throw badParam(`No account can change “${name}”. Use the trinary_admin_value 1.`);
  }
  if (name === 'error_reporting') return written({ name, value }, 'string').text;
  if (flags.has(name)) {
    const { text } = written({ name, value }, 'boolean');
    if (/^(?:On|Off)$/.test(text)) return text;
    throw badParam(`The value of “${name}” should be On or Off, not ${quote(value)}.`);
  }
  if (name === 'disable_functions') return functionNames(value);
  if (!/^(?:\/[A-Za-z0-9_-][A-Za-z0-9._-]*)+$/.test(value)) {
    throw badParam(
      `The value of “${name}” should be an absolute path of letters, digits, “.”, “_” and “-”, not ${quote(value)}.`,
    );
  }
  if (name === 'doc_root' && (home === undefined || !value.startsWith(`${home}/`))) {
    throw badParam(
      home === undefined
        ? 'The setting “doc_root” is only for one domain: all sites would run the same files.'
        : `The value of “doc_root” should be a folder below ${home}.`,
    );
  }
  return value;
}

function functionNames(value: string): string {
  const names = value.split(',').map((name) => name.trim());
  if (names.every((name) => /^[A-Za-z_]\w{0,99}$/.test(name))) return names.join(',');
  throw badParam(
    `The value of “disable_functions” should be names of functions with commas between them, not ${quote(value)}.`,
  );
}

/** Settings with changes. */
export function withGiven(
  settings: readonly FpmSetting[],
  given: readonly GivenSetting[],
): readonly FpmSetting[] {
  const all = new Map(settings.map((one) => [one.name, one]));
  for (const { name, kind, value } of given) {
    if (value === undefined) all.delete(name);
    else all.set(name, { name, kind, value });
  }
  return [...all.values()].sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The options of pools among the settings of a call. Null: the default. */
export function optionsIn(given: readonly GivenSetting[]): Partial<PoolParameters> {
  const options = given
    .filter(({ kind }) => kind === 0)
    .map(({ name, value }): Partial<PoolParameters> => {
      const { key } = poolOptions[name] ?? {};
      if (value !== undefined) return readPoolOption('config', name, value);
      return key === undefined ? {} : { [key]: null };
    });
  return Object.assign({}, ...options) as Partial<PoolParameters>;
}

/** Options and directives as php_fpm_config_get returns them. */
export function settingRows(parameters: PoolParameters, directives: readonly AccountDirective[]) {
  const values = poolValues(parameters);
  const options = Object.entries(poolOptions).map(([name, { key }]) => ({
    base_flag_name: name,
    trinary_admin_value: 0,
    value: String(values[key]),
  }));
  const rows = directives.map(({ name, value, isFixed }) => ({
    base_flag_name: name,
    trinary_admin_value: isFixed ? 1 : 2,
    value,
  }));
  return [...options, ...rows].sort((one, other) => (one.base_flag_name < other.base_flag_name ? -1 : 1));
}

/** The same as in WHM. */
const poolDefaults = { maxChildren: 5, maxRequests: 20, idleTimeout: 10 } as const;

/** The values that a pool gets for its settings. */
export function poolValues({ maxChildren, maxRequests, idleTimeout }: PoolParameters) {
  return {
    maxChildren: maxChildren ?? poolDefaults.maxChildren,
    maxRequests: maxRequests ?? poolDefaults.maxRequests,
    idleTimeout: idleTimeout ?? poolDefaults.idleTimeout,
  };
}
