// Registers script hooks: from options, or from what a script says about itself (`--describe`).
import { badParam } from '../../../core/errors.ts';
import type { Machine } from '../../../core/machine.ts';
import { MachineError } from '../../../core/machine-error.ts';
import { quote } from '../../../core/quote.ts';
import { MODULES, readCommand } from './command.ts';
import { findEvent } from './events.ts';
import type { NewHook } from './hooks.ts';

/** The attributes of a hook as text, by the names of WHM. */
export type Attributes = Readonly<Partial<Record<(typeof attributeNames)[number], string>>>;

const attributeNames = [
  ...(['category', 'event', 'stage', 'hook', 'exectype'] as const),
  ...(['weight', 'blocking', 'escalateprivs', 'check', 'rollback', 'description', 'notes'] as const),
] as const;

const MAX_WEIGHT = 1_000_000;
const MAX_TEXT_LENGTH = 1024;
const DESCRIBE_LIMIT_MS = 30_000;

/** @throws ApiError `bad_param`, with the name of the invalid attribute. */
export function readHook(attributes: Attributes): NewHook {
  const { category = '', event = '', stage = '', hook = '', exectype = 'script' } = attributes;
  if (exectype !== 'script')
    throw badParam(`“exectype” should be “script”, not ${quote(exectype)}. ${MODULES}`);
  if (category === '') throw badParam('“category” is missing, such as Whostmgr.');
  if (event === '') throw badParam('“event” is missing, such as Accounts::Create.');
  findEvent(category, event);
  if (stage !== 'pre' && stage !== 'post') {
    throw badParam(`“stage” should be pre or post${stage === '' ? '' : `, not ${quote(stage)}`}.`);
  }
  const command = (name: 'check' | 'rollback') => {
    const text = attributes[name] ?? '';
    if (text !== '') readCommand(name, text);
    return text === '' ? null : text;
  };
  readCommand('hook', hook);
  return {
    ...{ category, event, stage, hook },
    weight: readWeight(attributes.weight ?? ''),
    blocking: readFlag('blocking', attributes.blocking ?? ''),
    escalateprivs: readFlag('escalateprivs', attributes.escalateprivs ?? ''),
    check: command('check'),
    rollback: command('rollback'),
    description: readText('description', attributes.description ?? ''),
    notes: readText('notes', attributes.notes ?? ''),
  };
}

function readWeight(text: string): number | undefined {
  if (text === '') return undefined;
  const weight = Number(text);
  if (/^\d{1,7}$/.test(text) && weight >= 1 && weight <= MAX_WEIGHT) return weight;
  throw badParam(`“weight” should be a whole number from 1 to ${MAX_WEIGHT}, not ${quote(text)}.`);
}

function readFlag(name: string, text: string): boolean {
  if (text === '' || text === '0') return false;
  if (text === '1') return true;
  throw badParam(`“${name}” should be 1 or 0, not ${quote(text)}.`);
}

function readText(name: string, text: string): string | null {
  if (text.length > MAX_TEXT_LENGTH) {
    throw badParam(`“${name}” should have at most ${MAX_TEXT_LENGTH} characters.`);
  }
  return text === '' ? null : text;
}

/** Checks that only root can change the scripts of a hook. @throws ApiError `bad_param` */
export async function assertScriptsSafe(
  machine: Machine,
  {
    hook,
    check,
    rollback,
  }: Readonly<Partial<Record<'hook' | 'check' | 'rollback', string | null | undefined>>>,
): Promise<void> {
  const scripts = await machine.scripts();
  for (const [name, command] of Object.entries({ hook, check, rollback })) {
    if (command === undefined || command === null || command === '') continue;
    const [path] = readCommand(name, command);
    try {
      await scripts.assertSafe(path);
    } catch (error) {
      if (error instanceof MachineError)
        throw badParam(`The script of “${name}” cannot be used. ${error.message}`);
      throw error;
    }
  }
}

/**
 * Asks a script for the attributes of its hooks: runs it with the argument --describe. It prints a JSON array of
 * objects.
 * @throws ApiError `bad_param` if it prints something else, or fails.
 */
export async function askScript(machine: Machine, script: string): Promise<Attributes[]> {
  const words = readCommand('script', script);
  await assertScriptsSafe(machine, { hook: script });
  const { status, stdout, endedBecause } = await (
    await machine.scripts()
  ).run([...words, '--describe'], { input: '', limitMs: DESCRIBE_LIMIT_MS });
  if (endedBecause !== undefined) throw undescribed(script, `It ${endedBecause} and was ended.`);
  if (status !== 0) throw undescribed(script, `Its exit status was ${status ?? 'a signal'}.`);
  const described = parse(stdout);
  if (described === undefined) throw undescribed(script, 'It did not print a JSON array of hooks.');
  return described;
}

function undescribed(script: string, why: string): Error {
  return badParam(
    `${quote(script)} does not describe its hooks when it is called with --describe. ${why} To name the hook’s ` +
      'attributes yourself, use --manual with --category, --event and --stage.',
  );
}

function parse(text: string): Attributes[] | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const hashes = value.filter(
    (one): one is Record<string, unknown> => typeof one === 'object' && one !== null,
  );
  if (hashes.length < value.length) return undefined;
  return hashes.map(readAttributes);
}

function readAttributes(hash: Readonly<Record<string, unknown>>): Attributes {
  const entries = attributeNames.flatMap((name): [string, string][] => {
    const value = hash[name];
    if (typeof value === 'boolean') return [[name, value ? '1' : '0']];
    return typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [];
  });
  return Object.fromEntries(entries);
}
