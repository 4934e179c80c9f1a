// The sandbox's user files, in the formats of passwd(5), shadow(5) and group(5), and one more like them for what a
// suspended user's account was like before: `name:uid:locked (1 or 0):expiry`.
import type { Tree } from './tree.ts';

const modes = { suspended: 0o600, shadow: 0o600, group: 0o644, passwd: 0o644 } as const;

export type TableName = keyof typeof modes;
/** A row is a line's fields, the first of them the name. */
export type Table = readonly (readonly string[])[];
export type Tables = Readonly<Record<TableName, Table>>;

/** The others come to know of a user before the passwd file does, and forget one after it. */
const others = ['suspended', 'shadow', 'group'] as const;

export async function readTable(tree: Tree, name: TableName): Promise<Table> {
  const text = (await tree.read(`/etc/${name}`)) ?? '';
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split(':'));
}

/** One user's row: without taking the whole table apart, of which only that line matters. */
export async function readRow(
  tree: Tree,
  table: TableName,
  name: string,
): Promise<readonly string[] | undefined> {
  return (await tree.findLine(`/etc/${table}`, `${name}:`))?.split(':');
}

export async function readTables(tree: Tree): Promise<Tables> {
  return {
    passwd: await readTable(tree, 'passwd'),
    shadow: await readTable(tree, 'shadow'),
    group: await readTable(tree, 'group'),
    suspended: await readTable(tree, 'suspended'),
  };
}

/**
 * Changes the files from `old` to `next`, one after the other. Between any two steps, every user of the passwd file
 * has its rows in the others, and whoever is suspended is known to be.
 */
export async function writeTables(tree: Tree, old: Tables, next: Tables): Promise<void> {
  const between: Record<TableName, Table> = { ...old };
  const write = async (name: TableName, table: Table) => {
    if (textOf(table) === textOf(between[name])) return;
    await tree.replace(`/etc/${name}`, textOf(table), modes[name]);
    between[name] = table;
  };
  for (const name of others) {
    const kept = old[name].filter(([user = '']) => row(next[name], user) === undefined);
    await write(name, [...next[name], ...kept]);
  }
  await write('passwd', next.passwd);
  for (const name of others.toReversed()) await write(name, next[name]);
}

export function row(table: Table, name: string): readonly string[] | undefined {
  return table.find(([user]) => user === name);
}

export function without(table: Table, name: string): Table {
  return table.filter(([user]) => user !== name);
}

/** The rows with some fields of one user's row set anew. */
export function changed(table: Table, name: string, fields: Readonly<Record<number, string>>): Table {
  return table.map((old) => (old[0] === name ? old.map((field, at) => fields[at] ?? field) : old));
}

function textOf(table: Table): string {
  return table.map((fields) => `${fields.join(':')}\n`).join('');
}
