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

const LINE_BREAK = 10;
const COLON = 58;
const [ZERO, NINE] = [48, 57];

/**
 * A file with one line per user. It is kept as it is stored, so that a change costs only a search and a copy. With 100,000
 * users, splitting the lines takes a hundred times as long, and decoding the file takes longer than reading it.
 */
export class Table {
  readonly bytes: Buffer;

  /** The file might have been edited by hand, without a line break at its end. */
  constructor(bytes: Buffer) {
    const isWhole = bytes.length === 0 || bytes.at(-1) === LINE_BREAK;
    this.bytes = isWhole ? bytes : Buffer.concat([bytes, Buffer.from('\n')]);
  }

  equals(other: Table): boolean {
    return this === other || this.bytes.equals(other.bytes);
  }

  row(name: string): Row | undefined {
    const place = placeIn(this.bytes, name, 0);
    return place && rowAt(this.bytes, place);
  }

  with(...rows: readonly (Row | undefined)[]): Table {
    return new Table(Buffer.concat([this.bytes, linesOf(rows)]));
  }

  withFirst(row: Row): Table {
    return new Table(Buffer.concat([linesOf([row]), this.bytes]));
  }

  without(name: string): Table {
    return this.#replaced(name, () => undefined);
  }

  /** Replaces some fields of the user's row, by their index. */
  changed(name: string, fields: Readonly<Record<number, string>>): Table {
    return this.#replaced(name, (row) => row.map((field, at) => fields[at] ?? field));
  }

  /** The highest whole number in the third field, which is the ID in passwd(5) and group(5). 0 if there is none. */
  highestId(): number {
    const { bytes } = this;
    let highest = 0;
    // Byte by byte, because 100,000 pieces take longer to create than to read.
    for (let at = 0; at < bytes.length; at++) {
      for (let colons = 0; colons < 2 && bytes[at] !== LINE_BREAK; at++) if (bytes[at] === COLON) colons += 1;
      const first = at;
      let id = 0;
      for (; isDigit(bytes[at]); at++) id = id * 10 + (bytes[at] ?? 0) - ZERO;
      const isWhole = at > first && (bytes[at] === COLON || bytes[at] === LINE_BREAK);
      if (isWhole && id > highest) highest = id;
      while (bytes[at] !== LINE_BREAK) at++;
    }
    return highest;
  }

  /** True if a user has the value in this field. @param except whose row does not count. */
  isTaken(field: number, value: string, except?: string): boolean {
    return this.rowWith(field, value, except) !== undefined;
  }

  /** The first row with the value in this field. @param except whose row does not count. */
  rowWith(field: number, value: string, except?: string): Row | undefined {
    const { bytes } = this;
    for (let at = bytes.indexOf(`:${value}`); at >= 0; at = bytes.indexOf(`:${value}`, at + 1)) {
      const start = bytes.lastIndexOf(LINE_BREAK, at) + 1;
      const row = rowAt(bytes, { start, end: bytes.indexOf(LINE_BREAK, at) + 1 });
      if (row[field] === value && row[0] !== except) return row;
    }
    return undefined;
  }

  /** A name occurs more than once only if somebody edited the file. The first line counts, as for the system. */
  #replaced(name: string, replacement: (row: Row) => Row | undefined): Table {
    const { bytes } = this;
    const pieces: Buffer[] = [];
    let done = 0;
    for (let place = placeIn(bytes, name, 0); place !== undefined; place = placeIn(bytes, name, done)) {
      pieces.push(bytes.subarray(done, place.start), linesOf([replacement(rowAt(bytes, place))]));
      done = place.end;
    }
    return pieces.length === 0 ? this : new Table(Buffer.concat([...pieces, bytes.subarray(done)]));
  }
}

interface Place {
  readonly start: number;
  /** After the line break. */
  readonly end: number;
}

/** The first line of this name at or after the beginning of a line. */
function placeIn(bytes: Buffer, name: string, from: number): Place | undefined {
  const beginning = Buffer.from(`${name}:`);
  const isAtOnce = bytes.subarray(from, from + beginning.length).equals(beginning);
  const start = isAtOnce ? from : bytes.indexOf(`\n${name}:`, Math.max(0, from - 1)) + 1;
  if (start === 0 && !isAtOnce) return undefined;
  return { start, end: bytes.indexOf(LINE_BREAK, start) + 1 };
}

const rowAt = (bytes: Buffer, { start, end }: Place): Row =>
  bytes.toString('utf8', start, end - 1).split(':');

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= ZERO && byte <= NINE;

function linesOf(rows: readonly (Row | undefined)[]): Buffer {
  return Buffer.from(rows.map((row) => (row === undefined ? '' : `${row.join(':')}\n`)).join(''));
}

export async function readTable(tree: Tree, name: TableName): Promise<Table> {
  return new Table((await tree.readBytes(`/etc/${name}`)) ?? Buffer.alloc(0));
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
    if (table.equals(between[name])) return;
    await tree.replace(`/etc/${name}`, table.bytes, modes[name]);
    between[name] = table;
  };
  for (const name of others) {
    const gone = names.filter((user) => next[name].row(user) === undefined);
    const kept = gone.reduce((table, user) => table.without(user), old[name]);
    // A table that only loses rows is written after the passwd file.
    if (kept.equals(next[name])) continue;
    await write(name, next[name].with(...gone.map((user) => old[name].row(user))));
  }
  await write('passwd', next.passwd);
  for (const name of others.toReversed()) await write(name, next[name]);
}
