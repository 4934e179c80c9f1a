// A function's description in words, for help and man pages.
import { accountPrograms, type AccountProgram } from './account-programs.ts';
import { expectation, inWords, isPassword } from './arguments.ts';
import type { Access, AnyFunction, Example, Field, Fields, MapField, Param } from './define.ts';

/** The syntax of a parameter: `secret=VALUE`, `[user=VALUE]`, `command=VALUE ...`. */
export function paramSynopsis(name: string, param: Param): string {
  const value = param.type === 'flag' ? '1|0' : 'VALUE';
  const given = `${name}=${value}${param.list === true ? ' ...' : ''}`;
  return param.required === true ? given : `[${given}]`;
}

/** The command that calls a function of WHM or UAPI: a name of UAPI contains its module. */
export function programOf({ name }: Pick<AnyFunction, 'name'>): 'whmapi1' | 'uapi' {
  return name.includes('::') ? 'uapi' : 'whmapi1';
}

/** The function’s name with its required parameters. The others, which can be dozens, are `[key=value ...]`. */
export function usageOf({ name, params, rest, passes, list }: AnyFunction): string {
  const all = Object.entries(params);
  const required = all.filter(([, param]) => param.required === true);
  const hasOthers =
    required.length < all.length || list !== undefined || rest !== undefined || passes !== undefined;
  const words = required.map(([key, param]) => paramSynopsis(key, param));
  return [name.replace('::', ' '), ...words, ...(hasOthers ? ['[key=value ...]'] : [])].join(' ');
}

/** `required; the six digits …; default 16; repeatable; not part of WHM`. */
export function paramTraits(param: Param): string {
  const traits = [param.required === true ? 'required' : 'optional', briefExpectation(param)];
  if (param.default === '') traits.push('default: empty');
  else if (param.default !== undefined) traits.push(`default ${writtenDefault(param, `${param.default}`)}`);
  if (param.list === true) traits.push('repeatable');
  if (param.alias !== undefined) traits.push(`also accepted as ${param.alias.join(', ')}`);
  if (param.extension === true) traits.push('not part of WHM');
  if (param.noEffectReason !== undefined) traits.push('no effect here');
  return traits.join('; ');
}

/** `expectation`, without what every text must be: on one line, and without control characters. */
const briefExpectation = (param: Param) =>
  expectation(param).replace('text on one line, without control characters,', 'text,');

const writtenDefault = ({ type }: Param, value: string) =>
  type === 'string' && !/^\d+$/.test(value) ? `“${value}”` : value;

export interface ReturnedField {
  /** `failed.USER`, `app[]`. */
  readonly path: string;
  readonly type: string;
  readonly doc: string;
}

/** Every field of a response that contains a value, or a list or hash of values, in order. */
export function returnedFields(returns: AnyFunction['returns']): ReturnedField[] {
  if (returns === null) return [];
  return isMapField(returns) ? fieldsOf('', { ...returns }) : namedFields('', returns);
}

function isMapField(returns: Fields | MapField): returns is MapField {
  return typeof returns.keys === 'string';
}

function namedFields(prefix: string, fields: Fields): ReturnedField[] {
  return Object.entries(fields).flatMap(([name, field]) =>
    fieldsOf(prefix === '' ? name : `${prefix}.${name}`, field),
  );
}

function fieldsOf(path: string, field: Field): ReturnedField[] {
  const own = (type: string): ReturnedField[] =>
    field.doc === undefined
      ? []
      : [{ path, type: field.optional === true ? `${type}, optional` : type, doc: field.doc }];
  if ('list' in field) return [...own('list'), ...fieldsOf(`${path}[]`, field.list)];
  if ('map' in field)
    return [...own('hash'), ...fieldsOf(path === '' ? field.keys : `${path}.${field.keys}`, field.map)];
  if ('fields' in field) return [...own('hash'), ...namedFields(path, field.fields)];
  const types = { flag: '1 or 0', otpauth: 'string', 'string|null': 'string or null', any: 'any' } as const;
  return own(field.type in types ? types[field.type as keyof typeof types] : field.type);
}

/** The rule on several parameters as a sentence. Empty if there is none. */
export function choiceInWords({ oneOf }: Pick<AnyFunction, 'oneOf'>): string {
  return oneOf === undefined ? '' : `A call needs ${inWords(oneOf)}.`;
}

export function accessInWords(access: Access): string {
  if (access === 'any') return 'All users can call this function.';
  if (access === 'root') return 'Only root can call this function.';
  return `Root can call this function, and resellers with the privilege ${access.join(' or ')}.`;
}

/** Who may call a function of UAPI or API 2. */
export function accountAccessInWords(
  { extension, feature, list, since }: AnyFunction,
  { listPrefix }: Pick<AccountProgram, 'listPrefix'> = accountPrograms.uapi,
): string {
  const sentences = [
    'An account can call this function for itself; root and the account’s reseller can call it for the account.',
    ...(feature === undefined ? [] : [`It requires the feature “${feature}” of the account’s package.`]),
    ...(extension === true ? ['cPanel does not have this function.'] : []),
    ...(since === null ? [] : [`Available in cPanel since version ${since}.`]),
    ...(list === undefined
      ? []
      : [
          `${listPrefix}filter_column, ${listPrefix}sort_column and ${listPrefix}paginate_size work on its list.`,
        ]),
  ];
  return sentences.join(' ');
}

export function sinceInWords(fn: AnyFunction): string {
  if (fn.extension === true) return 'WHM does not have this function.';
  return fn.since === null
    ? 'The version of WHM that introduced this function is not documented.'
    : `Available in WHM since version ${fn.since}.`;
}

/** An example as a shell command. A password is read from a file. @param program Default: the command of WHM or UAPI. */
export function exampleCommand(
  fn: AnyFunction,
  example: Example,
  program: 'whmapi1' | AccountProgram['name'] = programOf(fn),
): string {
  const args = Object.entries(example.args);
  const words = args
    .filter(([name]) => !isPassword(name))
    .flatMap(([name, value]) =>
      (typeof value === 'string' ? [value] : value).map((one) => shellWord(`${name}=${percentEncode(one)}`)),
    );
  const files = args.filter(([name]) => isPassword(name)).map(([name]) => `--file ${name}=PATH`);
  const user = program === 'whmapi1' ? [] : ['--user=bob'];
  const input = example.input === undefined ? [] : ['--input=json'];
  const call = [program, ...user, ...input, ...files, fn.name.replace('::', ' '), ...words].join(' ');
  if (example.input === undefined) return call;
  const json = JSON.stringify(example.input);
  // The echo of some shells interprets backslashes.
  return `${json.includes('\\') ? "printf '%s'" : 'echo'} ${shellWord(json)} | ${call}`;
}

/** Encodes the characters that the command line would decode. */
function percentEncode(value: string): string {
  return value.replace(/%(?=[0-9A-Fa-f]{2})/g, '%25');
}

/** POSIX: inside single quotes nothing is special. */
function shellWord(word: string): string {
  return /^[\w.,:=@/-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}
