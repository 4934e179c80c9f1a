// The dialect of SQLite in `npm test`. It puts a number around each piece of SQL that it makes, in comments, so that the
// same statement can be written for PostgreSQL.
import { postgresDialect } from '../../src/store/postgres/dialect.ts';
import { sqliteDialect as real } from '../../src/store/sqlite-dialect.ts';

type Pieces = Record<string, string | ((...words: unknown[]) => string)>;

/** What the piece with this number is for PostgreSQL. */
const postgres: string[] = [];
const numbers = new Map<string, number>();

/** A statement that was made with `sqliteDialect`, for PostgreSQL. */
export const forPostgres = (sql: string): string =>
  sql.replaceAll(
    /\/\*<(\d+)\*\/.*?\/\*\1>\*\//gs,
    (_piece, number: string) => postgres[Number(number)] ?? '',
  );

/** The words of a piece can contain other pieces. */
const translated = (word: unknown): unknown =>
  typeof word === 'string' ? forPostgres(word) : Array.isArray(word) ? word.map(translated) : word;

function marked(key: string, sqlite: string, ofPostgres: () => string): string {
  let number = numbers.get(key);
  if (number === undefined) {
    number = postgres.push(ofPostgres()) - 1;
    numbers.set(key, number);
  }
  return `/*<${number}*/${sqlite}/*${number}>*/`;
}

const others = postgresDialect as unknown as Pieces;
export const sqliteDialect = Object.fromEntries(
  Object.entries(real as unknown as Pieces).map(([name, piece]) => {
    const other = others[name];
    if (typeof piece === 'string') return [name, marked(name, piece, () => String(other))];
    return [
      name,
      (...words: unknown[]) =>
        marked(JSON.stringify([name, words]), piece(...words), () =>
          (other as (...words: unknown[]) => string)(...words.map(translated)),
        ),
    ];
  }),
) as unknown as typeof real;
