// The 27 families of the API's documentation, and the folders in which their functions live.
import families from '../../src/catalogue/families.json';

export interface Family {
  readonly title: string;
  /** The folder under src/functions, and the name in the man page: the title in kebab-case. */
  readonly folder: string;
  readonly functions: readonly string[];
}

export const allFamilies: readonly Family[] = Object.entries(families).map(([title, functions]) => ({
  title,
  folder: title.toLowerCase().replaceAll(' ', '-'),
  functions,
}));

export function familyOf(folder: string): Family {
  const family = allFamilies.find((one) => one.folder === folder);
  if (family === undefined) throw new Error(`src/functions/${folder} is the folder of no family.`);
  return family;
}
