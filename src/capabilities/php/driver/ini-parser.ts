// PHP's own view of php.ini: its parser, its directives with their kinds, and its complaints.
import type { DeclaredTool, MachineTools } from '../../../core/machine-daemons.ts';
import { MachineError } from '../../../core/machine-error.ts';
import type { IniDirective, ParsedIni } from '../rules/ini.ts';

/** The command line reports what its own defaults do not change: which directives there are, and who may set them. */
const ACCESS = 'echo json_encode(array_map(fn($one) => $one["access"], ini_get_all()));';

/** For each text of a list in JSON, prints its values, or the reason why PHP cannot read it. */
const PARSE =
  'foreach (json_decode(stream_get_contents(STDIN)) as $text) {' +
  '$found = @parse_ini_string($text, false, INI_SCANNER_NORMAL);' +
  '$all[] = $found === false ? ["error" => error_get_last()["message"] ?? ""] : ["values" => (object)$found]; }' +
  'echo json_encode($all, JSON_INVALID_UTF8_SUBSTITUTE | JSON_PARTIAL_OUTPUT_ON_ERROR);';

export interface PhpPrograms {
  readonly release: string;
  readonly fpm: string;
  /** Undefined if the command-line program is not installed. */
  readonly cli: string | undefined;
}

export const iniTools = ({ fpm, cli }: PhpPrograms): DeclaredTool[] =>
  [fpm, ...(cli === undefined ? [] : [cli])].map((name) => ({ name, worksInSandbox: true }));

/** @throws MachineError `failed` if the command-line program is not installed. */
export async function parseIni(
  tools: MachineTools,
  php: PhpPrograms,
  texts: readonly string[],
): Promise<ParsedIni[]> {
  const { stdout } = await tools.run(cliOf(php), ['-n', '-r', PARSE], { input: JSON.stringify(texts) });
  return JSON.parse(stdout) as ParsedIni[];
}

/** @param file undefined: no file, so that every directive has its default. */
export async function readDirectives(
  tools: MachineTools,
  php: PhpPrograms,
  file: string | undefined,
): Promise<IniDirective[]> {
  const [{ stdout }, defaults, values] = await Promise.all([
    tools.run(cliOf(php), ['-r', ACCESS]),
    valuesOf(tools, php, undefined),
    valuesOf(tools, php, file),
  ]);
  const access = JSON.parse(stdout) as Readonly<Record<string, number>>;
  return [...values]
    .filter(([name]) => Object.hasOwn(access, name))
    .map(([name, value]) => ({
      name,
      value,
      defaultValue: defaults.get(name) ?? '',
      access: access[name] ?? 0,
    }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
}

/** The master values that PHP-FPM has with a file: `memory_limit => 128M => 128M`. Booleans are On or Off. */
async function valuesOf(
  tools: MachineTools,
  { fpm }: PhpPrograms,
  file: string | undefined,
): Promise<ReadonlyMap<string, string>> {
  // /dev/null is an empty file. With -n, extensions would not be loaded either.
  const words = ['-i', '-c', file === undefined ? '/dev/null' : { path: file }];
  const { stdout } = await tools.run(fpm, words);
  const values = new Map<string, string>();
  for (const [, name = '', , master = ''] of stdout.matchAll(/^([\w.-]+) => (.*) => (.*)$/gm)) {
    values.set(name, master === 'no value' ? '' : master);
  }
  return values;
}

/**
 * @returns what PHP-FPM complains about if it starts with this file. It starts nevertheless, and ignores what it does
 * not understand.
 */
export async function complaintsAbout(
  tools: MachineTools,
  { fpm }: PhpPrograms,
  file: string,
): Promise<string[]> {
  const words = ['-d', 'display_startup_errors=1', '-d', 'display_errors=1', '-i', '-c', { path: file }];
  const { stdout, stderr } = await tools.run(fpm, words);
  const inOutput = stdout.matchAll(/^(?:<b>)?(?:Warning|Fatal error|Parse error)(?:<\/b>)?: +(.*)$/gm);
  return [...stderr.matchAll(/^PHP: +(.*)$/gm), ...inOutput].map(([, text = '']) =>
    text.replace(/<[^>]*>/g, '').replace(/ in \S+( on line)/, '$1'),
  );
}

function cliOf({ release, cli }: PhpPrograms): string {
  if (cli !== undefined) return cli;
  throw new MachineError(
    'failed',
    `PHP ${release} is installed without its command-line program, which reads php.ini. ` +
      `Install the Debian package php${release}-cli.`,
  );
}
