// What databases write in different ways. Everything else in our SQL is common to SQLite, PostgreSQL and its kin.

/** Parts of SQL; every argument is an expression. */
export interface Dialect {
  /** Where a text begins in another, counted from 1; 0 where it does not. */
  readonly position: (text: string, part: string) => string;
  /** A JSON list, as a text, of what the rows have; in the order of `order`, else in that of the rows. */
  readonly jsonListOf: (item: string, order?: string) => string;
  readonly jsonObject: (members: readonly (readonly [name: string, sql: string])[]) => string;
  /** For a member of `jsonObject`: a number, or the text where it is NULL. */
  readonly jsonOrText: (number: string, text: string) => string;
  /** For a FROM: a row for each text of a JSON list, with its `value`, and `key` for its place, under a name. */
  readonly eachOf: (json: string, name: string) => string;
  /** A JSON list without members, as a value in JSON. */
  readonly emptyList: string;
  /** More than every number. */
  readonly infinity: string;
  /** For an ORDER BY: a text by its bytes in UTF-8, which is by code points. */
  readonly byBytes: (text: string) => string;
  /** An IPv4 address as one number. */
  readonly ipv4: (address: string) => string;
  /**
   * A statement that has numbers given out behind those that are there, to be run when rows with numbers of their own
   * were stored; undefined where the database does so by itself.
   */
  readonly numbersAfter?: (table: string) => string;
  /** Of a time in milliseconds since 1970, in UTC: two digits (a day of “ 5” has a space), four of a year, 0 to 6 from Sunday. */
  readonly timePart: (part: TimePart, milliseconds: string) => string;
}

export type TimePart =
  'year' | 'month' | 'day' | 'day with a space' | 'weekday' | 'hour' | 'minute' | 'second';
