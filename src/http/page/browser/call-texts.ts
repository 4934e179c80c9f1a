// A call as a command line, a curl command or a URL.
import { quote } from 'shlex';
import type { AnswerFormat, Service } from '../wire.ts';

export interface Argument {
  readonly name: string;
  readonly value: string;
  readonly isSecret: boolean;
}

export interface ShellCall {
  /** For UAPI: `Module::function`. */
  readonly command: string;
  readonly args: readonly Argument[];
  readonly format: AnswerFormat;
  readonly isDryRun: boolean;
}

/** The server and user of the call. */
export interface Place {
  readonly service: Service;
  readonly user: string;
  /** `https://server.example.com:2087` */
  readonly origin: string;
  /** False: secret values are replaced with placeholders. */
  readonly showsSecrets: boolean;
}

const outputs = {
  table: ['--output=table'],
  yaml: [],
  json: ['--output=jsonpretty'],
  xml: ['--output=xml'],
} as const;

/** Secret values are read from files, because every user of a server can read the arguments of its processes. */
export function commandLine(call: ShellCall, { service, user, showsSecrets }: Place): string {
  const isHidden = ({ isSecret }: Argument) => isSecret && !showsSecrets;
  const hidden = call.args.filter(isHidden);
  const files = hidden.flatMap((argument) => {
    const { name } = argument;
    const alike = hidden.filter((one) => one.name === name);
    const number = alike.length === 1 ? '' : `-${alike.indexOf(argument) + 1}`;
    return ['--file', `${name}=./${name}${number}`];
  });
  const words = call.args
    .filter((argument) => !isHidden(argument))
    .map(({ name, value }) => `${undecoded(name)}=${undecoded(value)}`);
  // An account calls for itself, without --user. Its command has no table.
  const isUapi = service === 'cpaneld';
  return [
    isUapi ? 'uapi' : 'whmapi1',
    ...(isUapi && call.format === 'table' ? [] : outputs[call.format]),
    ...(isUapi || user === 'root' ? [] : [`--user=${user}`]),
    ...(call.isDryRun ? ['--dry-run'] : []),
    ...files,
    ...call.command.split('::'),
    ...words,
  ]
    .map(quote)
    .join(' ');
}

export function curlLine(call: ShellCall, place: Place): string {
  const data = call.args.flatMap(({ name, value, isSecret }) => {
    const shown = isSecret && !place.showsSecrets ? placeholder(name) : value;
    return ['--data-urlencode', `${encodeURIComponent(name)}=${shown}`];
  });
  const scheme = place.service === 'cpaneld' ? 'cpanel' : 'whm';
  const header = ['-H', `Authorization: ${scheme} ${place.user}:TOKEN`];
  return ['curl', ...header, ...data, url({ ...call, args: [] }, place)].map(quote).join(' ');
}

export function url(call: ShellCall, { service, origin, showsSecrets }: Place): string {
  const isUapi = service === 'cpaneld';
  const query = new URLSearchParams(isUapi ? {} : { 'api.version': '1' });
  if (call.isDryRun) query.append('api.dry_run', '1');
  for (const { name, value, isSecret } of call.args) {
    query.append(name, isSecret && !showsSecrets ? placeholder(name) : value);
  }
  const api = isUapi ? 'execute' : call.format === 'xml' ? 'xml-api' : 'json-api';
  const question = query.size === 0 ? '' : `?${query}`;
  return `${origin}/${api}/${call.command.replace('::', '/')}${question}`;
}

/** The body for this page's own endpoint. Values of UAPI that repeat are numbered, because a value can be a list. */
export function requestBody({ args, isDryRun }: ShellCall, service: Service): Record<string, unknown> {
  const isUapi = service === 'cpaneld';
  const byName: Record<string, string[]> = {};
  for (const { name, value } of args) (byName[name] ??= []).push(value);
  const members = Object.entries(byName).flatMap(([name, values]): [string, unknown][] => {
    if (values.length === 1) return [[name, values[0]]];
    return isUapi ? values.map((value, at) => [`${name}-${at}`, value]) : [[name, values]];
  });
  return {
    ...Object.fromEntries(members),
    ...(isUapi ? {} : { 'api.version': 1 }),
    ...(isDryRun ? { 'api.dry_run': 1 } : {}),
  };
}

/** The command line decodes `%XX`. */
function undecoded(text: string): string {
  return text.replace(/%(?=[0-9A-Fa-f]{2})/g, '%25');
}

function placeholder(name: string): string {
  return name.toUpperCase().replace(/\W/g, '_');
}
