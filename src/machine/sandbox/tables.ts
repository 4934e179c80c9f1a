// The sandbox's user files, in the formats of passwd(5), shadow(5) and group(5). A similar table of our own has the
// state of an account before its suspension: `name:uid:locked (1 or 0):expiry`.
import type { Tree } from './tree.ts';

const modes = { suspended: 0o600, shadow: 0o600, group: 0o644, passwd: 0o644 } as const;

export type TableName = keyof typeof modes;
export type Tables = Readonly<Record<TableName, Table>>;
/** The fields of a line. The first is the name. */
export type Row = readonly string[];

/** The other tables get a new user before the passwd file does, and lose a removed user after it. */
const others = ['suspended', 'shadow', 'group'] as const;

/**
 * A file with one line per user. It is kept as one text, so that a change costs only a search and a copy. With 100,000
 * users, splitting the lines takes a hundred times as long.
 */
export class Table {
  readonly text: string;

  /** The file might have been edited by hand, without a line break at its end. */
  constructor(text: string) {
    this.text = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  }

  row(name: string): Row | undefined {
    const place = this.#place(name);
    return place && this.text.slice(place.start, place.end - 1).split(':');
  }

  with(...rows: readonly (Row | undefined)[]): Table {
    return new Table(this.text + rows.map(lineOf).join(''));
  }

  withFirst(row: Row): Table {
    return new Table(lineOf(row) + this.text);
  }

  without(name: string): Table {
    return this.#replaced(name, () => '');
  }

  /** Replaces some fields of the user's row, by their index. */
  changed(name: string, fields: Readonly<Record<number, string>>): Table {
    return this.#replaced(name, (row) => lineOf(row.map((field, at) => fields[at] ?? field)));
  }

  /** The whole numbers in the third field, which is the id in passwd(5) and group(5). */
  *ids(): Generator<number> {
    const { text } = this;
    // Digit by digit, because 100,000 pieces of text take longer to create than to read.
    for (let start = 0; start < text.length;) {
      const end = text.indexOf('\n', start);
      const first = text.indexOf(':', text.indexOf(':', start) + 1) + 1;
      let [at, id] = [first, 0];
      for (let digit = digitAt(text, at); digit >= 0; digit = digitAt(text, ++at)) id = id * 10 + digit;
      const isWhole = at > first && at <= end && (at === end || text[at] === ':');
      if (isWhole) yield id;
      start = end + 1;
    }
  }

  /** Whether a user other than `name` has the value in this field. */
  isTaken(field: number, value: string, name: string): boolean {
    for (let at = this.text.indexOf(`:${value}`); at >= 0; at = this.text.indexOf(`:${value}`, at + 1)) {
      const start = this.text.lastIndexOf('\n', at) + 1;
      const row = this.text.slice(start, this.text.indexOf('\n', at)).split(':');
      if (row[field] === value && row[0] !== name) return true;
    }
    return false;
  }

  /** A name occurs more than once only if somebody edited the file. The first line counts, as for the system. */
  #replaced(name: string, line: (row: Row) => string): Table {
    let { text } = this;
    for (let place = this.#place(name); place !== undefined; place = placeIn(text, name, place.next)) {
      const made = line(text.slice(place.start, place.end - 1).split(':'));
      text = text.slice(0, place.start) + made + text.slice(place.end);
      place.next = place.start + made.length;
    }
    return new Table(text);
  }

  #place(name: string): Place | undefined {
    return placeIn(this.text, name, 0);
  }
}

interface Place {
  readonly start: number;
  /** After the line break. */
  readonly end: number;
  next: number;
}

function placeIn(text: string, name: string, from: number): Place | undefined {
  const isAtOnce = text.startsWith(`${name}:`, from) && (from === 0 || text[from - 1] === '\n');
  const start = isAtOnce ? from : text.indexOf(`\n${name}:`, Math.max(0, from - 1)) + 1;
  if (start === 0 && !isAtOnce) return undefined;
  const end = text.indexOf('\n', start) + 1;
  return { start, end, next: end };
}

/** The digit there; -1 if there is none. */
function digitAt(text: string, at: number): number {
  const digit = text.charCodeAt(at) - 48;
  return digit >= 0 && digit <= 9 ? digit : -1;
}

function lineOf(row: Row | undefined): string {
  return row === undefined ? '' : `${row.join(':')}\n`;
}

export async function readTable(tree: Tree, name: TableName): Promise<Table> {
  return new Table((await tree.read(`/etc/${name}`)) ?? '');
}

/** Reads one user's row. Only that line is decoded, not the whole table. */
export async function readRow(tree: Tree, table: TableName, name: string): Promise<Row | undefined> {
  return (await tree.findLine(`/etc/${table}`, `${name}:`))?.split(':');
}

export async function readTables(tree: Tree): Promise<Tables> {
  const [passwd, shadow, group, suspended] = await Promise.all([
    readTable(tree, 'passwd'),
    readTable(tree, 'shadow'),
    readTable(tree, 'group'),
    readTable(tree, 'suspended'),
  ]);
  return { passwd, shadow, group, suspended };
}

/**
 * Changes the files from `old` to `next`, one after the other. Only the rows of `names` may differ. Between any two
 * steps, every user of the passwd file has its rows in the other files, and a suspended user is known to be suspended.
 */
export async function writeTables(
  tree: Tree,
  old: Tables,
  next: Tables,
  names: readonly string[],
): Promise<void> {
  const between: Record<TableName, Table> = { ...old };
  const write = async (name: TableName, table: Table) => {
    if (table.text === between[name].text) return;
    await tree.replace(`/etc/${name}`, table.text, modes[name]);
    between[name] = table;
  };
  for (const name of others) {
    const gone = names.filter((user) => next[name].row(user) === undefined);
    const kept = gone.reduce((table, user) => table.without(user), old[name]);
    // A table that only loses rows is written after the passwd file.
    if (kept.text === next[name].text) continue;
    await write(name, next[name].with(...gone.map((user) => old[name].row(user))));
  }
  await write('passwd', next.passwd);
  for (const name of others.toReversed()) await write(name, next[name]);
}
