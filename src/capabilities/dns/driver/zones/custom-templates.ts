// Custom zone templates: files that the administrator wrote, in the folder `zone-templates` of the state directory.
import type { Machine } from '../../../../core/machine.ts';

export const TEMPLATE_FOLDER = 'zone-templates';
/** Bytes. */
const MAX_SIZE = 256 * 1024;
/** Without dots: `standard.bak`, `.standard.swp` and `standard~` are no templates. */
const NAME = /^[a-z0-9][\w-]{0,63}$/i;

export interface CustomTemplates {
  /** The names of all custom templates, sorted. */
  readonly names: readonly string[];
  /** The texts of the wanted ones, by name. */
  readonly texts: ReadonlyMap<string, string>;
}

/** @throws MachineError `failed` if a wanted template exists and cannot be read. */
export async function lookAtTemplates(
  machine: Pick<Machine, 'customFiles'>,
  wanted: readonly string[],
): Promise<CustomTemplates> {
  const files = await machine.customFiles(TEMPLATE_FOLDER);
  const names = (await files.list()).filter(isTemplateName);
  const texts = new Map<string, string>();
  for (const name of wanted) {
    const text = names.includes(name) ? await files.readText(name, MAX_SIZE) : undefined;
    if (text !== undefined) texts.set(name, text);
  }
  return { names, texts };
}

export function isTemplateName(file: string): boolean {
  return NAME.test(file);
}
