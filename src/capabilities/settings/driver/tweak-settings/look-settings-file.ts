// What restore_config_from_file reads before its transaction begins.
import type { Machine } from '../../../../core/machine.ts';
import { MachineError } from '../../../../core/machine-error.ts';

const MAX_FILE_BYTES = 1_048_576;

/** @throws MachineError `not_found`, and `failed` for a link, a directory, a large file or one that is not text */
export async function lookAtConfigurationFile(machine: Machine, path: string): Promise<string> {
  const port = await machine.files([path]);
  const text = await port.readText(path, MAX_FILE_BYTES);
  if (text === undefined)
    throw new MachineError('not_found', `The file “${port.locate(path)}” does not exist.`);
  return text;
}
