// Restores the tweak settings of a module from the text of a file.
import type { Context } from '../../../core/context.ts';
import { badParam } from '../../../core/errors.ts';
import { firstTwelve } from '../../../core/meta-values.ts';
import { catalogue } from './catalogue.ts';
import {
  configurationFile,
  fileNames,
  readConfigurationFile,
  type FileModule,
  type FileSetting,
} from './configuration-file.ts';
import * as settings from './settings.ts';

export interface Restoration {
  readonly module: FileModule;
  /** The settings that change. */
  readonly changes: readonly settings.CheckedSetting[];
  /** The file of the settings as they are now. */
  readonly backup: { readonly path: string; readonly text: string };
}

/** A value that this machine cannot have, and a sentence that says why. */
export interface ImpossibleValue {
  readonly key: string;
  readonly value: string;
  readonly why: string;
}

const DIRECTORY = '/var/backups/whmapi1';

/**
 * Returns what changes. Undefined if nothing does. Keys that are unknown, or cannot be set here, are skipped with a
 * warning.
 * @throws ApiError `bad_param` if a value is not valid, or the file has none of the module's settings
 */
export async function restoration(
  context: Context,
  module: FileModule,
  text: string,
  impossible: readonly ImpossibleValue[] = [],
): Promise<Restoration | undefined> {
  const { now, warn, inform } = context;
  const { settings: given, otherLines } = readConfigurationFile(module, text);
  const [known, unknown] = [given.filter(isOf(module)), given.filter((one) => !isOf(module)(one))];
  if (known.length === 0) throw badParam(noSettings(module, text));
  const { changes, skipped } = await compare(context, module, known, impossible);
  if (otherLines.length > 0) {
    warn(`Lines that are not settings were skipped: ${firstTwelve(otherLines.map(String)).join(', ')}.`);
  }
  if (unknown.length > 0) warn(`Unknown settings were skipped: ${listOf(unknown)}.`);
  if (skipped.length > 0) warn(`Settings that cannot be set here were skipped: ${listOf(skipped)}.`);
  for (const { key, why } of impossible) if (skipped.some((one) => one.key === key)) warn(why);
  if (changes.length === 0) {
    inform(
      known.length === 1
        ? 'The setting of the file already has this value, so nothing was written.'
        : `The ${known.length} settings of the file already have these values, so nothing was written.`,
    );
    return undefined;
  }
  const stored = changes.filter(({ acts }) => !acts).length;
  inform(`Settings that change: ${listOf(changes)}.`);
  if (stored > 0) {
    warn(
      stored === 1
        ? '1 of these settings is stored, but nothing on this server depends on it.'
        : `${stored} of these settings are stored, but nothing on this server depends on them.`,
    );
  }
  const time = new Date(now()).toISOString().replaceAll(/[-:]/g, '');
  const backup = { path: `${DIRECTORY}/${fileNames[module]}-${time}`, text: await present(context, module) };
  inform(`The present settings are saved in “${backup.path}”.`);
  return { module, changes, backup };
}

const isOf =
  (module: FileModule) =>
  ({ key }: FileSetting): boolean =>
    Object.hasOwn(catalogue, key) && catalogue[key]?.module === module;

async function compare(
  sources: Context,
  module: FileModule,
  known: readonly FileSetting[],
  impossible: readonly ImpossibleValue[],
): Promise<{ readonly changes: settings.CheckedSetting[]; readonly skipped: FileSetting[] }> {
  const changes: settings.CheckedSetting[] = [];
  const skipped: FileSetting[] = [];
  const faults: string[] = [];
  for (const setting of known) {
    const { line, key, value } = setting;
    if ((await settings.read(sources, module, key)) === value) continue;
    const isImpossible =
      settings.whyNotSet(key, value) !== undefined ||
      impossible.some((one) => one.key === key && one.value === value);
    // Secrets are never written into the plan of a change.
    if (isImpossible || catalogue[key]?.isSecret === true) {
      skipped.push(setting);
      continue;
    }
    const checked = await settings.check(module, key, value);
    if ('problem' in checked) faults.push(`Line ${line}: ${checked.problem}`);
    else changes.push(checked);
  }
  if (faults.length > 0) throw badParam(`The file cannot be restored. ${faults.slice(0, 12).join(' ')}`);
  return { changes, skipped };
}

async function present(context: Context, module: FileModule): Promise<string> {
  const rows: [string, string][] = [];
  for (const [key, entry] of Object.entries(catalogue)) {
    if (entry.module === module && entry.isSecret !== true)
      rows.push([key, await settings.read(context, module, key)]);
  }
  return configurationFile(module, rows);
}

function noSettings(module: FileModule, text: string): string {
  if (text.startsWith('@')) return 'To send a file on the command line, use “--file file=PATH”.';
  const example = module === 'Main' ? 'chkservd_check_interval=300' : 'TTL 14400';
  return (
    `The file has no setting of the module ${module}. Each line should be a setting, such as “${example}”, as in WHM’s ` +
    `${fileNames[module]}.`
  );
}

const listOf = (named: readonly { readonly key: string }[]): string =>
  firstTwelve(named.map(({ key }) => key)).join(', ');
